"""A program's report: counted by the database, as JSON, as a table and as pictures."""

import csv
import io
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from services.matching.domain.enrollment import Role
from services.matching.domain.member import Language
from services.matching.domain.program import Program
from shared.ids import new_id
from tests.integration.matching.asking import asked, paired
from tests.integration.matching.association import NOON, TENANT, Association
from tests.integration.matching.cohort import asked_for, cohort, computed, proposals_of, publish, run_of, speaker

JSON = dict[str, Any]


def report(association: Association, program: Program, query: str = "", **options: Any) -> Any:
    return association.coordinator("GET", f"/v1/programs/{program.id}/report{query}", **options)


def read(association: Association, program: Program, query: str = "") -> JSON:
    answer = report(association, program, query)
    assert answer.status_code == 200, answer.json
    found: JSON = answer.json
    return found


def funnel(association: Association, program: Program) -> dict[str, tuple[int, int]]:
    steps = read(association, program)["funnel"]
    return {step["stage"]: (step["mentees"], step["mentors"]) for step in steps}


def decide(association: Association, proposal: JSON, state: str) -> None:
    answer = association.coordinator("PATCH", f"/v1/proposals/{proposal['id']}", {"state": state})
    assert answer.status_code == 200, answer.json


def hold_session(association: Association, mentorship_id: str, after: timedelta) -> None:
    """A held session of the pair, as far after the mentorship's start."""
    mentorships = association.store.mentorships
    mentorship = mentorships.get(TENANT, mentorship_id)
    at = mentorship.started_at + after
    database = association.foundation.database
    database["sessions"].insert_one(
        {"_id": new_id(), "tenant": TENANT, "mentorship_id": mentorship_id, "state": "held", "starts_at": at}
    )
    database["mentorships"].update_one({"_id": mentorship_id}, {"$max": {"last_contact_at": at}})


def test_the_funnel_counts_each_person_once_at_every_stage(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 4)
    applicant = association.member()
    path = f"/v1/programs/{program.id}/enrollments"
    assert association.call(applicant, "POST", path, {"role": "mentee"}).status_code == 201
    asked(association, program, mentees[0], mentors[0], mentors[1])
    assert funnel(association, program)["requested"] == (1, 2)
    started = [paired(association, program, mentors[at], mentees[at]) for at in (1, 2, 3)]
    hold_session(association, started[0], timedelta(days=3))
    hold_session(association, started[0], timedelta(days=40))
    hold_session(association, started[1], timedelta(days=14, seconds=1))
    association.foundation.database["mentorships"].update_one({"_id": started[0]}, {"$set": {"state": "completed"}})
    assert funnel(association, program) == {
        "enrolled": (5, 4),
        "approved": (4, 4),
        "requested": (4, 4),
        "matched": (3, 3),
        "first_session": (1, 1),
        "met": (2, 2),
        "completed": (1, 1),
    }


def test_the_funnel_adds_up_whatever_became_of_the_people_since(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 6)
    started = [paired(association, program, *two) for two in zip(mentors[:5], mentees[:5], strict=True)]
    hold_session(association, started[0], timedelta(days=100))
    database = association.foundation.database
    for completed in started[:2]:
        database["mentorships"].update_one({"_id": completed}, {"$set": {"state": "completed"}})
    for who in (mentors[2], mentees[3], mentees[5]):
        [role] = [role for role, all_of in ((Role.MENTOR, mentors), (Role.MENTEE, mentees)) if who in all_of]
        enrollment = association.store.enrollments.find_of(TENANT, program.id, who, role)
        assert enrollment is not None
        left = association.coordinator("PATCH", f"/v1/enrollments/{enrollment.id}", {"state": "withdrawn"})
        assert left.status_code == 200, left.json
    found = funnel(association, program)
    assert found["approved"] == (5, 6)
    assert (found["matched"], found["met"], found["completed"]) == ((5, 5), (2, 2), (2, 2))
    for side in (0, 1):
        falling = [found[stage][side] for stage in ("enrolled", "approved", "matched", "met", "completed")]
        assert falling == sorted(falling, reverse=True)


def outcomes(association: Association, program: Program) -> JSON:
    found: JSON = read(association, program)["outcomes"]
    return found


def test_what_pairs_came_to_is_told_from_five_on(association: Association) -> None:
    program = association.program()
    mentors, mentees = cohort(association, program, 12)
    mentorships = association.foundation.database["mentorships"]

    def pairs_more(number: int) -> list[str]:
        at = mentorships.count_documents({})
        two = zip(mentors[at : at + number], mentees[at : at + number], strict=True)
        return [paired(association, program, *each) for each in two]

    def agree(ids: list[str], frequency: str, until: str) -> None:
        terms = {"terms": {"goals": ["x"], "format": "video", "frequency": frequency, "duration_weeks": 10}}
        agreed = {"version": 1, "proposed_by": mentors[0], "signed_by": [], **terms}
        content = {"in_force": agreed, "agreement": agreed, "activated_at": NOON, "ends_on": until}
        mentorships.update_many({"_id": {"$in": ids}}, {"$set": content})

    few = pairs_more(4)
    agree(few, "weekly", "2026-03-18")
    for days, each in enumerate(few, 1):
        hold_session(association, each, timedelta(days=days))
    mentorships.update_many({"_id": {"$in": few}}, {"$set": {"state": "completed"}})
    untold = outcomes(association, program)
    assert untold.pop("dropped_out") == []
    assert set(untold.values()) == {None}
    more = pairs_more(8)
    agree(more[:4], "biweekly", "2026-12-31")
    hold_session(association, more[0], timedelta(days=20))
    ended = {"state": "ended_early", "ended_at": NOON + timedelta(days=30)}
    mentorships.update_many({"_id": {"$in": more[:6]}}, {"$set": {**ended, "ended_reason": "no_time"}})
    mentorships.update_many({"_id": {"$in": more[6:]}}, {"$set": {**ended, "ended_reason": "no_fault"}})
    association.clock.pass_by(days=70)
    found = outcomes(association, program)
    assert found == {
        "completed": 4,
        "completed_share": pytest.approx(4 / 12, abs=0.0001),
        "dropped_out": [{"reason": None, "pairs": 8}],
        "sessions_held": 5,
        # Nine weeks and a half of four weekly pairs, thirty days of four biweekly ones.
        "sessions_agreed": 4 * 9 + 4 * 2,
        "sessions_share": pytest.approx(5 / 44, abs=0.0001),
        "first_session_median_days": 3.0,
        "first_session_in_time_share": pytest.approx(4 / 12, abs=0.0001),
        **dict.fromkeys(("goals_achieved", "goals_dropped", "goals_open", "goals_achieved_share")),
        **dict.fromkeys(("rated_pairs", "rating_before", "rating_end")),
    }
    table = report(association, program, "?format=csv").get_data(as_text=True)
    assert "outcomes,,,sessions_held,5,," in table
    assert "outcomes,,,first_session_median_days,3.0,," in table
    assert "dropped_out,,other,,8,," in table
    picture = report(association, program, "?format=svg&chart=dropped_out").get_data(as_text=True)
    assert "all rarer reasons" in picture


def test_mentors_are_counted_by_how_soon_they_answer(association: Association) -> None:
    program = association.program()
    for number in range(11):
        mentor = association.mentor(program)
        hours = [30, 40, 200] if number < 6 else [200] * (number - 5)
        of_mentor = {"program_id": program.id, "member_id": mentor}
        association.foundation.database["mentor_loads"].update_one(of_mentor, {"$set": {"answer_hours": hours}})
    found = read(association, program)["response_bands"]
    assert found == [{"band": "under_2_days", "mentors": 6}, {"band": None, "mentors": 5}]
    table = report(association, program, "?format=csv").get_data(as_text=True)
    assert "response_bands,mentor,,under_2_days,6,," in table


def test_of_a_program_without_pairs_nothing_has_come(association: Association) -> None:
    assert outcomes(association, association.program())["dropped_out"] == []


def test_a_first_session_exactly_fourteen_days_after_the_start_is_in_time(association: Association) -> None:
    program = association.program()
    [mentor], [mentee] = cohort(association, program, 1)
    hold_session(association, paired(association, program, mentor, mentee), timedelta(days=14))
    assert funnel(association, program)["first_session"] == (1, 1)


def test_load_counts_mentors_by_seats_used_and_free_and_leaves_out_who_paused(association: Association) -> None:
    program = association.program()
    busy = association.mentor(program, capacity=3)
    association.mentor(program, capacity=12)
    full = association.mentor(program)
    away = association.mentor(program, capacity=5)
    for mentor in (busy, busy, full):
        paired(association, program, mentor, association.mentee(program))
    enrollment = association.store.enrollments.find_of(TENANT, program.id, away, Role.MENTOR)
    assert enrollment is not None
    association.coordinator("PATCH", f"/v1/enrollments/{enrollment.id}", {"state": "paused"})
    load = read(association, program)["mentor_load"]
    by_seats = {each["seats"]: (each["used"], each["free"]) for each in load.pop("by_seats")}
    assert load == {"mentors": 3, "paused": 1, "seats": 16, "used": 3, "free": 13, "full": 1}
    assert {seats: both for seats, both in by_seats.items() if both != (0, 0)} == {
        0: (1, 1),
        1: (1, 1),
        2: (1, 0),
        10: (0, 1),
    }
    assert len(by_seats) == 11


def test_a_program_that_was_never_matched_has_a_report_all_the_same(association: Association) -> None:
    program = association.program()
    found = read(association, program, "?by=industry")
    assert (found["run_id"], found["by"]) == (None, "industry")
    assert [found[part] for part in ("unmatched", "scores", "deciles", "groups")] == [[], [], [], []]
    assert found["mentor_load"]["mentors"] == 0


def test_scores_and_tenths_are_of_the_pairs_of_the_last_run_that_nobody_dismissed(association: Association) -> None:
    program = association.program()
    cohort(association, program, 4)
    speaker(association, program, Role.MENTEE, "something else")
    computed(association, program, seed=1)
    run_id = computed(association, program)
    asked_for(association, program)
    dismissed, *standing = proposals_of(association, run_id)
    decide(association, dismissed, "dismissed")
    found = read(association, program)
    assert found["run_id"] == run_id
    assert sum(bucket["pairs"] for bucket in found["scores"]) == len(standing) == 3
    scores = sorted(each["score"] for each in standing)
    assert [tenth["least"] for tenth in found["deciles"]] == pytest.approx(scores)
    for bucket in found["scores"]:
        within = [
            score for score in scores if bucket["least"] <= score < bucket["most"] or score == bucket["most"] == 1
        ]
        assert bucket["pairs"] == len(within)
    told = run_of(association, run_id)["unmatched"]
    assert {(each["role"], each["reason"]): each["people"] for each in found["unmatched"]} == {
        (each["role"], each["reason"]): 1 for each in told
    }


def test_the_worst_tenth_is_the_one_of_the_run_s_summary(association: Association) -> None:
    program = association.program()
    for number in range(12):
        speaker(association, program, Role.MENTOR, "law", *["tax"] * (number % 2))
        speaker(association, program, Role.MENTEE, "law", *["tax", "sales"][: number % 3])
    run_id = computed(association, program)
    worst = read(association, program)["deciles"][0]
    assert (worst["pairs"], worst["mean_score"]) == (2, run_of(association, run_id)["summary"]["worst_decile"])


def test_people_are_told_apart_by_a_field_and_nobody_is_singled_out(association: Association) -> None:
    program = association.program()
    industries = ["energy"] * 6 + ["law"] * 5 + ["arts"] * 2 + [None] * 3
    for number, industry in enumerate(industries):
        speaker(association, program, Role.MENTEE, f"skill {number}", industry=industry)
        if industry in ("energy", "arts"):
            speaker(association, program, Role.MENTOR, f"skill {number}", industry="energy")
    run_id = computed(association, program)
    rows = read(association, program, "?by=industry")["groups"]
    mentees = {(row["kind"], row["value"]): row for row in rows if row["role"] == "mentee"}
    assert {key: (row["people"], row["matched"], row["share"]) for key, row in mentees.items()} == {
        ("value", "energy"): (6, 6, 1.0),
        ("value", "law"): (5, 0, 0.0),
        ("other", None): (5, 2, 0.4),
    }
    mentors = [row for row in rows if row["role"] == "mentor"]
    assert [(row["kind"], row["value"], row["people"], row["matched"]) for row in mentors] == [
        ("value", "energy", 8, 8)
    ]
    scores = [each["score"] for each in proposals_of(association, run_id)]
    assert mentors[0]["mean_score"] == pytest.approx(sum(scores) / len(scores), abs=0.00006)
    assert mentees["value", "law"]["mean_score"] is None


@pytest.mark.parametrize(
    ("field", "known", "value"),
    [
        ("organization", {"organization": "Acme"}, "Acme"),
        ("seniority", {"seniority": 0}, "student"),
        ("seniority", {"seniority": 4}, "executive"),
        ("time_zone", {"time_zone": "Europe/Rome"}, "Europe/Rome"),
        ("membership", {}, "active"),
        ("language", {"languages": (Language("fr", 2), Language("it", 5), Language("de", 5))}, "de"),
    ],
)
def test_every_field_that_may_be_asked_for_has_its_values(
    association: Association, field: str, known: JSON, value: str
) -> None:
    program = association.program()
    for _ in range(5):
        association.enroll(program, association.member(**known), Role.MENTEE)
    computed(association, program)
    rows = read(association, program, f"?by={field}")["groups"]
    assert [(row["role"], row["kind"], row["value"], row["people"]) for row in rows] == [("mentee", "value", value, 5)]


def test_who_has_told_nothing_is_unknown_and_so_is_who_is_not_known(association: Association) -> None:
    program = association.program()
    for _ in range(4):
        association.mentee(program)
    association.enroll(program, new_id(), Role.MENTEE)
    computed(association, program)
    [row] = read(association, program, "?by=language")["groups"]
    assert (row["kind"], row["value"], row["people"]) == ("unknown", None, 5)


def test_who_was_left_alone_and_paired_by_hand_counts_once_and_as_matched(association: Association) -> None:
    program = association.program()
    mentors = [association.mentor(program) for _ in range(5)]
    mentees = [association.member(industry="law") for _ in range(5)]
    for mentee in mentees:
        association.enroll(program, mentee, Role.MENTEE)
    run_id = computed(association, program, forbidden=[[mentor, mentee] for mentor in mentors for mentee in mentees])
    pair = {"mentor_id": mentors[0], "mentee_id": mentees[0]}
    assert association.coordinator("POST", f"/v1/match-runs/{run_id}/proposals", pair).status_code == 201
    [row] = [each for each in read(association, program, "?by=industry")["groups"] if each["role"] == "mentee"]
    assert (row["people"], row["matched"]) == (5, 1)


def test_an_earlier_run_is_reported_on_where_it_is_named(association: Association) -> None:
    program, elsewhere = association.program(), association.program()
    cohort(association, program, 2)
    first = computed(association, program)
    publish(association, first, approve_all=True)
    assert read(association, program)["run_id"] == first
    later = computed(association, program)
    assert read(association, program)["run_id"] == later
    assert sum(bucket["pairs"] for bucket in read(association, program, f"?run={first}")["scores"]) == 2
    other = report(association, elsewhere, f"?run={first}")
    assert (other.status_code, [fault["pointer"] for fault in other.json["errors"]]) == (422, ["/run"])
    queued = report(association, program, f"?run={asked_for(association, program)}")
    assert (queued.status_code, "queued" in queued.json["detail"]) == (409, True)
    assert report(association, program, f"?run={new_id()}").status_code == 404


def test_the_table_has_every_number_of_the_report(association: Association) -> None:
    program = association.program(name="Spring, 2026")
    cohort(association, program, 5)
    computed(association, program)
    found = read(association, program, "?by=membership")
    for query, headers in (("?by=membership&format=csv", {}), ("?by=membership", {"Accept": "text/csv"})):
        answer = report(association, program, query, headers=headers)
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="report-spring-2026.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))
        count = {(row["section"], row["role"], row["value"]): row["count"] for row in rows}
        assert count["funnel", "mentee", "enrolled"] == "5"
        assert count["load", "mentor", "seats"] == str(found["mentor_load"]["seats"])
        assert count["mentors_by_free_seats", "mentor", "1"] == "5"
        assert [row["mean_score"] for row in rows if row["section"] == "deciles"] == [
            f"{tenth['mean_score']:.4f}" for tenth in found["deciles"]
        ]
        fairness = [row for row in rows if row["section"] == "fairness"]
        assert [(row["role"], row["kind"], row["value"], row["count"], row["share"]) for row in fairness] == [
            ("mentor", "value", "active", "5", "1.0000"),
            ("mentee", "value", "active", "5", "1.0000"),
        ]


def test_a_value_that_would_be_a_formula_is_none_in_the_table(association: Association) -> None:
    program = association.program()
    for _ in range(5):
        association.enroll(program, association.member(organization="=1+1"), Role.MENTEE)
    computed(association, program)
    text = report(association, program, "?by=organization&format=csv").get_data(as_text=True)
    assert ",'=1+1," in text


@pytest.mark.parametrize("chart", ["funnel", "load", "scores", "unmatched", "fairness"])
@pytest.mark.parametrize("by", ["", "&by=organization"])
def test_every_chart_is_a_picture_that_says_what_it_shows(association: Association, chart: str, by: str) -> None:
    program = association.program()
    for number in range(5):
        speaker(association, program, Role.MENTEE, f"skill {number}", organization="<Acme & Sons>")
    speaker(association, program, Role.MENTOR, "skill 0", organization="<Acme & Sons>")
    computed(association, program)
    answer = report(association, program, f"?format=svg&chart={chart}{by}")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    root = ElementTree.fromstring(answer.get_data())
    description = root.find("{http://www.w3.org/2000/svg}desc")
    assert description is not None
    said = description.text or ""
    assert said != "There is nothing to show yet."
    if chart == "fairness" and by:
        assert said == "Mentees, <Acme & Sons>: Share with a partner 0.20, Mean score 0.92."


def test_what_is_asked_for_goes_before_what_is_accepted(association: Association) -> None:
    program = association.program()
    for query, accept, kind in (
        ("", None, "application/json"),
        ("", "image/svg+xml", "image/svg+xml"),
        ("?format=json", "text/csv", "application/json"),
        ("?format=svg", "application/json", "image/svg+xml"),
    ):
        answer = report(association, program, query, headers={"Accept": accept} if accept else {})
        assert (answer.status_code, answer.mimetype) == (200, kind)
    assert report(association, program, headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("query", ["by=hair", "format=pdf", "chart=pie", "run=nonsense"])
def test_a_query_with_a_fault_is_told_where_it_is(association: Association, query: str) -> None:
    refused = report(association, association.program(), f"?{query}")
    pointer = f"/{query.partition('=')[0]}"
    assert (refused.status_code, [fault["pointer"] for fault in refused.json["errors"]]) == (422, [pointer])


def test_a_report_is_for_coordinators_of_the_tenant(association: Association) -> None:
    program = association.program()
    assert report(association, program, tenant="another").status_code == 404
    path = f"/v1/programs/{program.id}/report"
    assert association.call(new_id(), "GET", path).status_code == 403


def test_another_tenant_s_copies_of_the_same_people_tell_nothing(association: Association) -> None:
    program = association.program()
    members = [association.member(industry="law") for _ in range(5)]
    for member in members:
        association.enroll(program, member, Role.MENTEE)
    computed(association, program)
    association.foundation.database["copies"].update_many({}, {"$set": {"tenant": "another"}})
    [row] = read(association, program, "?by=industry")["groups"]
    assert (row["kind"], row["people"]) == ("unknown", 5)


def test_the_times_of_a_report_are_those_of_the_mentorships(association: Association) -> None:
    program = association.program()
    [mentor], [mentee] = cohort(association, program, 1)
    started = paired(association, program, mentor, mentee)
    assert association.store.mentorships.get(TENANT, started).started_at == NOON
    association.clock.pass_by(days=300)
    hold_session(association, started, timedelta(days=299))
    assert funnel(association, program)["first_session"] == (0, 0)
