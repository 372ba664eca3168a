"""A year of a program with three hundred members, through the real platform, in minutes.

Every process follows one clock that leaps from noon to noon. What people do on which day is decided by their character;
what must come of it, and on which day, is said here by the numbers that the program goes by, and compared with every
message that matching wrote.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import TestClock
from shared.ids import new_id
from shared.messaging.log import Log
from shared.messaging.reading import opened
from tests.e2e.running import eventually, running
from tests.memory import quick_folder
from tests.year.cast import BIWEEKLY, GOAL, WEEKS, Happened, Pair, Stage
from tests.year.steering import Steered

KEEN, FADING, UNSIGNED, MISSING, OVERDUE, LEAVING, SILENT = 75, 20, 10, 10, 10, 10, 10
"""Pairs of each character; to each silent mentor two mentees write, one after the other: 300 members."""
LAST = 380
SPREAD = 10
"""Days over which people begin."""


@dataclass(slots=True)
class Year:
    """What was played, and everything that was told of it."""

    stage: Stage
    keen: list[Pair]
    fading: list[Pair]
    unsigned: list[Pair]
    missing: list[Pair]
    overdue: list[Pair]
    leaving: list[Pair]
    silent: list[tuple[str, str, str, int]]
    """Mentor, their two mentees, and the day on which the first asked."""
    told: Sequence[Happened] = field(default=(), init=False)

    def of(self, mentorship: str, *types: str, **which: Any) -> list[Happened]:
        """What was told of this mentorship, in order."""
        return [
            each
            for each in self.told
            if each.type in types
            and each.data.get("mentorship_id") == mentorship
            and all(each.data.get(name) == value for name, value in which.items())
        ]


def members(stage: Stage, count: int) -> list[str]:
    """So many members with a goal, known to matching."""
    made = [
        stage.by_staff(
            "POST",
            "/v1/members",
            {"given_name": f"Member {number}", "family_name": "Sailor", "goals": [GOAL]},
            service="profiles",
        )["id"]
        for number in range(count)
    ]
    copies = stage.steered.database("matching")["copies"]
    eventually(lambda: copies.count_documents({"tenant": stage.tenant}) == count, within=120)
    return made


def cast(stage: Stage) -> Year:
    """Everybody is there, takes part, and has written down what they will do."""
    program = {"name": "A year", "kind": "cohort", "format": "one_to_one"}
    stage.program = stage.by_staff("POST", "/v1/programs", program)["id"]
    stage.by_staff("POST", f"/v1/programs/{stage.program}/open")
    counts = {
        "keen": KEEN,
        "fading": FADING,
        "unsigned": UNSIGNED,
        "missing": MISSING,
        "overdue": OVERDUE,
        "leaving": LEAVING,
    }
    people = iter(members(stage, 2 * sum(counts.values()) + 3 * SILENT))

    def place(role: str) -> str:
        who = next(people)
        body = {"member_id": who, "role": role}
        stage.by_staff("POST", f"/v1/programs/{stage.program}/enrollments", body)
        return who

    pairs = {
        name: [Pair(stage, place("mentor"), place("mentee"), number % SPREAD) for number in range(count)]
        for name, count in counts.items()
    }
    silent = [(place("mentor"), place("mentee"), place("mentee"), number % SPREAD) for number in range(SILENT)]
    for each in (pair for group in pairs.values() for pair in group):
        stage.on(each.begins, each.begin)
    for name, group in pairs.items():
        if name != "unsigned":
            for each in group:
                each.agree()
    return Year(stage, **pairs, silent=silent)


def act(year: Year) -> None:
    """What each character does beyond beginning; said for the whole year before it starts."""
    stage = year.stage
    for pair in year.keen:
        for number in range(WEEKS // 2):
            pair.meet(pair.begins + 5 + number * BIWEEKLY)
        pair.close(pair.begins + 7 * WEEKS + 5, pair.mentee, "complete")
        pair.answer(pair.begins + 7, "session", pair.mentor, pair.mentee)
    for pair in year.fading:
        pair.answer(pair.begins + 7, "session", pair.mentee)
        pair.meet(pair.begins + 5)
        pair.meet(pair.begins + 5 + BIWEEKLY)
    for pair in year.missing:
        pair.meet(pair.begins + 5, "missed")
        pair.meet(pair.begins + 12, "missed")
    for pair in year.overdue:
        for number in range(WEEKS // 2):
            pair.meet(pair.begins + 5 + number * BIWEEKLY)
    for pair in year.leaving:
        pair.close(pair.begins + 30, pair.mentor, "end")
    for mentor, first, second, begins in year.silent:
        for who, day in ((first, begins), (second, begins + 2)):
            stage.on(day, Pair(stage, mentor, who, day).ask)


def written(stage: Stage) -> list[Happened]:
    """All that matching wrote of this association, by time."""
    found = []
    with Log(stage.steered.platform.settings(), ["matches.v1", "mentorships.v1"]) as log:
        for records, _ in log.read(log.begins(), log.ends()):
            for message in map(opened, records):
                if message.tenant == stage.tenant and message.time is not None:
                    kind = message.type.removeprefix("org.ithaca.")
                    happened = Happened(kind, stage.steered.day_of(message.time), message.data or {})
                    found.append((message.time, happened))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with quick_folder(tmp_path_factory.mktemp("year")) as folder:
        clock = TestClock(folder / "clock")
        clock.set_ahead(timedelta(0))
        environment = {"ITHACA_TEST_CLOCK": str(folder / "clock"), "ITHACA_RATE_LIMITS": "off"}
        with running(folder / "data", environment) as platform, closing(Steered(platform, clock)) as steered:
            stage = Stage(steered, f"year-{uuid.uuid4().hex[:10]}", new_id())
            played = cast(stage)
            act(played)
            stage.play(LAST)
            steered.rest()
            played.told = written(stage)
            yield played


def day_of(told: Sequence[Happened]) -> list[int]:
    return [each.day for each in told]


def test_a_request_that_nobody_answers_is_reminded_of_and_expires(year: Year) -> None:
    for mentor, first, second, begins in year.silent:
        for who, asked in ((first, begins), (second, begins + 2)):
            for kind, days in (("request.reminded.v1", 7), ("request.expired.v1", 14)):
                [told] = [each for each in year.told if each.type == kind and each.data["mentee_id"] == who]
                assert told.data["mentor_id"] == mentor
                assert told.day == asked + days


def test_a_mentor_who_lets_two_requests_in_a_row_expire_is_paused(year: Year) -> None:
    for mentor, _, _, begins in year.silent:
        [told] = [
            each for each in year.told if each.type == "enrollment.paused.v1" and each.data["member_id"] == mentor
        ]
        assert (told.day, told.data["reason"]) == (begins + 16, "silent")


def health_of(year: Year, pair: Pair) -> list[tuple[int, str, str]]:
    told = year.of(pair.mentorship, "health.changed.v1")
    return [(each.day, each.data["health"], each.data["rule"]) for each in told]


def test_an_agreement_that_nobody_signs_is_a_risk_after_14_days(year: Year) -> None:
    for pair in year.unsigned:
        assert (pair.begins + 15, "at_risk", "unsigned_14_days") in health_of(year, pair)


def test_two_sessions_missed_in_a_row_are_a_risk_at_once(year: Year) -> None:
    for pair in year.missing:
        assert (pair.begins + 13, "at_risk", "missed_in_a_row") in health_of(year, pair)


def test_a_pair_that_stops_meeting_is_quiet_then_at_risk_and_the_ladder_is_climbed(year: Year) -> None:
    for pair in year.fading:
        last = pair.begins + 5 + BIWEEKLY
        assert [each for each in health_of(year, pair) if each[1] in ("quiet", "at_risk")][:2] == [
            (last + 22, "quiet", "no_session"),
            (last + 43, "at_risk", "no_session"),
        ]
        nudges = year.of(pair.mentorship, "nudge.due.v1")
        assert [(each.data["step"], len(each.data["member_ids"])) for each in nudges[:2]] == [(1, 1), (2, 2)]
        assert day_of(nudges[:2]) == [last + 22, last + 29]
        tasks = year.of(pair.mentorship, "task.created.v1", kind="quiet_mentorship")
        assert day_of(tasks[:1]) == [last + 43]


def test_pairs_that_go_on_meeting_are_never_nudged(year: Year) -> None:
    for pair in (*year.keen, *year.overdue):
        assert year.of(pair.mentorship, "nudge.due.v1") == [
            each for each in year.of(pair.mentorship, "nudge.due.v1") if each.day > pair.begins + 7 * WEEKS
        ]
        assert len(year.of(pair.mentorship, "session.held.v1")) == WEEKS // 2


def test_a_mentorship_that_nobody_closes_is_overdue_a_week_after_its_end(year: Year) -> None:
    for pair in year.overdue:
        [completing] = year.of(pair.mentorship, "mentorship.completing.v1")
        assert (completing.day + 7, "overdue", "past_its_end") in health_of(year, pair)


def test_what_is_completed_and_what_ends_early_is_told_once(year: Year) -> None:
    for pair in year.keen:
        [told] = year.of(pair.mentorship, "mentorship.completed.v1")
        assert told.day == pair.begins + 7 * WEEKS + 5
    for pair in year.leaving:
        [told] = year.of(pair.mentorship, "mentorship.ended.v1")
        assert (told.day, told.data["reason"]) == (pair.begins + 30, "no_fault")


def test_feedback_is_revealed_when_both_have_written_or_after_7_days(year: Year) -> None:
    for pair in (*year.keen, *year.fading):
        asked = year.of(pair.mentorship, "feedback.requested.v1", kind="session")
        assert day_of(asked[:2]) == [pair.begins + 6] * 2
        revealed = year.of(pair.mentorship, "feedback.revealed.v1", kind="session")[0]
        both = pair in year.keen
        assert len(revealed.data["written_by"]) == (2 if both else 1)
        assert revealed.day == pair.begins + (7 if both else 13)


def test_both_are_asked_half_way_and_at_the_end_and_the_mentee_for_what_has_come_of_it(year: Year) -> None:
    for pair in year.keen:
        [completing] = year.of(pair.mentorship, "mentorship.completing.v1")
        [completed] = year.of(pair.mentorship, "mentorship.completed.v1")
        for kind, people, day in (
            ("midpoint", {pair.mentor, pair.mentee}, pair.begins + 93),
            ("close", {pair.mentor, pair.mentee}, completing.day),
            ("impact_90", {pair.mentee}, completed.day + 90),
            ("impact_180", {pair.mentee}, completed.day + 180),
        ):
            asked = year.of(pair.mentorship, "feedback.requested.v1", kind=kind)
            assert {each.data["member_id"] for each in asked} == people
            assert day_of(asked) == [day] * len(people)


def test_what_the_pairs_came_to_is_in_the_report(year: Year) -> None:
    stage = year.stage
    outcomes = stage.by_staff("GET", f"/v1/programs/{stage.program}/report")["outcomes"]
    assert outcomes["completed"] == KEEN
    assert outcomes["dropped_out"] == [{"reason": "no_fault", "pairs": LEAVING}]
    assert outcomes["sessions_held"] == (KEEN + OVERDUE) * WEEKS // 2 + FADING * 2
    assert outcomes["first_session_in_time_share"] == pytest.approx(
        (KEEN + FADING + OVERDUE) / (KEEN + FADING + UNSIGNED + MISSING + OVERDUE + LEAVING), abs=1e-3
    )


def test_the_funnel_adds_up(year: Year) -> None:
    stage = year.stage
    report = stage.by_staff("GET", f"/v1/programs/{stage.program}/report")
    pairs = KEEN + FADING + UNSIGNED + MISSING + OVERDUE + LEAVING
    met = KEEN + FADING + OVERDUE
    everybody = {"mentees": pairs + 2 * SILENT, "mentors": pairs + SILENT}
    assert {step.pop("stage"): step for step in report["funnel"]} == {
        "enrolled": everybody,
        "approved": everybody,
        "requested": everybody,
        "matched": {"mentees": pairs, "mentors": pairs},
        "first_session": {"mentees": met, "mentors": met},
        "met": {"mentees": met, "mentors": met},
        "completed": {"mentees": KEEN, "mentors": KEEN},
    }
