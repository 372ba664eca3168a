"""What a partner keeps of a pair's shared things, rule by rule."""

from dataclasses import replace
from datetime import UTC, datetime

from services.matching.domain.action import Action
from services.matching.domain.agreement import Agreement, Frequency, MeetingFormat, Terms
from services.matching.domain.appreciation import Appreciation
from services.matching.domain.forgetting import (
    GONE,
    appreciation_without,
    mentorship_without,
    milestone_without,
    request_without,
    session_without,
)
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.milestone import Milestone
from services.matching.domain.request import Exchange, Request
from services.matching.domain.session import Session
from services.matching.domain.stated_goal import StatedGoal

NOW = datetime(2026, 1, 7, tzinfo=UTC)
ADA, BEN = "ada", "ben"

REQUEST = Request(
    "r",
    "acme",
    1,
    NOW,
    "p",
    ADA,
    BEN,
    "Please",
    goal=StatedGoal("Lead", "Five report to me"),
    exchanges=(Exchange("Why me?", "Because"), Exchange("When?")),
)
TERMS = Terms(("Lead",), MeetingFormat.VIDEO, Frequency.WEEKLY, 12, "none", "")
SESSION = Session(
    "019ab009-7c1e-7b5e-9c55-000000000051",
    "acme",
    1,
    NOW,
    "m",
    BEN,
    NOW,
    60,
    place="Milan",
    notes="We met",
    actions=(Action("a", "Read"),),
)
MILESTONE = Milestone("x", "acme", 1, NOW, "m", "Speak", skill="speaking", level=3, evidence="A talk")


def test_of_a_request_each_keeps_what_they_wrote() -> None:
    without_mentee, without_mentor = request_without(REQUEST, {ADA}), request_without(REQUEST, {BEN})
    assert (without_mentee.message, without_mentor.message) == (GONE, "Please")
    assert (without_mentee.goal, without_mentor.goal) == (None, REQUEST.goal)
    assert without_mentee.exchanges == (Exchange("Why me?", GONE), Exchange("When?", None))
    assert without_mentor.exchanges == (Exchange(GONE, "Because"), Exchange(GONE, None))


def test_of_an_agreement_the_words_go_with_who_proposed_it_and_the_numbers_stay() -> None:
    pair = Mentorship("m", "acme", 1, NOW, "p", BEN, ADA, NOW, in_force=Agreement(1, TERMS, ADA))
    pair = replace(pair, agreement=Agreement(2, TERMS, BEN, (BEN,)))
    without = mentorship_without(pair, {ADA})
    assert without.agreement == pair.agreement
    assert without.in_force is not None
    assert without.in_force.terms == replace(TERMS, goals=(GONE,), boundaries=GONE)


def test_of_a_session_notes_and_actions_go_by_who_wrote_them_last() -> None:
    noted = SESSION.noted(ADA, "Ada's notes", ("Ada's action",), NOW)
    both = noted.noted(BEN, noted.notes, ("Ada's action", "Ben's action"), NOW)
    mine, other = both.actions
    assert (both.notes_by, mine.by, other.by) == (ADA, ADA, BEN)
    assert session_without(both, {ADA}) == replace(both, notes=GONE, actions=(replace(mine, text=GONE), other))
    assert session_without(both, {BEN}) == replace(both, actions=(mine, replace(other, text=GONE)), place=None)
    assert session_without(SESSION, {ADA}).notes == GONE, "whose it is, nobody knows"


def test_of_a_milestone_words_go_by_who_wrote_them_and_the_level_with_the_mentee() -> None:
    known = replace(MILESTONE, title_by=BEN, evidence_by=ADA)
    assert milestone_without(known, {ADA}, of_mentee=True) == replace(known, evidence=GONE, level=None)
    assert milestone_without(known, {BEN}, of_mentee=False) == replace(known, title=GONE, skill=None)


def test_thanks_go_with_who_gave_them_alone() -> None:
    thanks = Appreciation("a", "acme", 1, NOW, "m", ADA, BEN, "Thank you", NOW, public=True)
    assert appreciation_without(thanks, {BEN}) == thanks
    shown = thanks.agreed(BEN, True, NOW)
    assert shown.is_shown
    assert not appreciation_without(shown, {BEN}).is_shown
    assert appreciation_without(shown, {BEN}).text == "Thank you"
    assert appreciation_without(thanks, {ADA}) == replace(thanks, text=GONE, public=False)


def test_forgetting_twice_is_forgetting_once() -> None:
    for each in ({ADA}, {BEN}):
        once = session_without(SESSION, each)
        assert session_without(once, each) == once
        asked = request_without(REQUEST, each)
        assert request_without(asked, each) == asked
