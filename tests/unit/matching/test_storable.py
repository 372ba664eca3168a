"""Every aggregate comes back from a document as it went in."""

from dataclasses import replace
from typing import Any

import bson
import pytest

from services.matching.domain.action import Action
from services.matching.domain.agreement import Agreement, FormerAgreement, Frequency, MeetingFormat, Terms
from services.matching.domain.block import Block
from services.matching.domain.enrollment import Enrollment, Role
from services.matching.domain.goal import Goal
from services.matching.domain.match_run import MatchRun, Objective, Summary, Unmatched
from services.matching.domain.measure import Measure, MeasureKind
from services.matching.domain.member import Day, Language, Window
from services.matching.domain.mentorship import Extension
from services.matching.domain.milestone import Milestone
from services.matching.domain.parts import Part, Weight, Weights
from services.matching.domain.plan_item import plan_item
from services.matching.domain.program import Format, OrganizationRule, Rules, Settings
from services.matching.domain.proposal import Proposal
from services.matching.domain.rating import Moment, Rating
from services.matching.domain.report import Category, Evidence, EvidenceKind, Report
from services.matching.domain.session import Session
from services.matching.domain.template import ItemKind, Owner, Planned, Template, TemplateItem
from services.matching.domain.turnout import Word
from shared.storage.repository import converter
from tests.unit.matching.people import NOW, load, mentorship, offers, person, program, request

TERMS = Terms(("Lead",), MeetingFormat.EITHER, Frequency.WEEKLY, 12, "evenings", "ours")
IDENTITY = ("x1", "acme", 1, NOW)
ITEM = TemplateItem("i1", ItemKind.TASK, Owner.BOTH, 3, "Look back")

AGGREGATES = [
    program(
        series="s",
        rules=Rules(OrganizationRule.AVOIDED, 3, 60, (1, 4), ("north",)),
        weights=Weights(skills=Weight.MANDATORY),
        settings=Settings(open_request_limit=2),
    ),
    person(
        "m",
        seniority=2,
        languages=(Language("en", 3),),
        skills=offers("law", level=2),
        goals=("Grow",),
        availability=(Window(Day.MON, "09:00", "10:00"),),
        visibility={"goals": "all"},
    ),
    Enrollment(*IDENTITY, "p1", "m1", Role.MENTOR, 3),
    load(capacity=2, active=1),
    MatchRun(
        *IDENTITY,
        "p1",
        Objective.BEST_SCORE,
        locked=(("a", "b"),),
        weights=Weights(),
        summary=Summary(1, 1, 0.5, 0.5),
        unmatched=(Unmatched("c", "mentee", "language"),),
    ),
    Proposal(*IDENTITY, "p1", "m1", "m2", 0.75, {Part.SKILLS: 0.75}, ("offers",), run_id="r1"),
    request().sent(Settings(), Format.FLASH, NOW).asked("Why?", NOW).answered("So.", NOW),
    mentorship().proposed(TERMS, "mentee", (1, 52), NOW).signed(1, "mentee", NOW).signed(1, "mentor", NOW),
    mentorship().ended("moved_on", "mentor", NOW),
    replace(mentorship(), extension=Extension("2026-09-30", "mentor", NOW, "t1"), template_id="t2", plan_revision=1),
    FormerAgreement(*IDENTITY, "s1", Agreement(1, TERMS, "mentor", ("mentor",)), NOW),
    Goal(*IDENTITY, "s1", "p1", "Lead a team", Role.MENTEE).progressed(Role.MENTOR, "Well", NOW),
    Rating(*IDENTITY, "s1", "p1", "g1", Moment.END, 4, Role.MENTEE, NOW, goal_id="g1"),
    Template(*IDENTITY, "Half a year", (ITEM,)),
    plan_item("i1", "acme", "s1", Planned(ITEM, Owner.MENTOR, NOW.date()), NOW).told_by("t1", NOW),
    replace(
        Session(*IDENTITY, "s1", "mentee", NOW, 45),
        format=MeetingFormat.VIDEO,
        actions=(Action("a1", "read"),),
        words=(Word("mentee", ("mentor",), NOW),),
    ),
    Block(*IDENTITY, "ada", "ben", NOW, "ada", "ben"),
    Report(*IDENTITY, NOW, "ada", "ben", Category.SPAM, "So.", (Evidence(EvidenceKind.REQUEST, "r1", {"at": ["x"]}),)),
    Measure(*IDENTITY, "r1", "spam", "ben", "ben", MeasureKind.SUSPENSION, NOW, until=NOW).appealed("No.", NOW),
    Milestone(*IDENTITY, "s1", "Give a talk", due_on="2026-03-01").completed("ada", "slides", NOW),
]


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda one: type(one).__name__)
def test_an_aggregate_survives_a_document(aggregate: Any) -> None:
    codec: Any = bson.CodecOptions(tz_aware=True)
    stored = bson.decode(bson.encode(converter.unstructure(aggregate)), codec)
    assert converter.structure(stored, type(aggregate)) == aggregate
