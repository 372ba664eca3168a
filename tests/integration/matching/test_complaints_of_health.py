"""What users of such systems complain about, each a case that is got right here."""

from datetime import UTC, datetime

from tests.integration.matching.association import Association
from tests.integration.matching.pairing import pair_at_work
from tests.integration.matching.test_attendance import agreed, say
from tests.integration.matching.test_watching import health, told, wait


def test_mentors_who_are_not_active_any_more_are_seen_without_anybody_reporting_them(association: Association) -> None:
    made = pair_at_work(association)
    for _ in range(6):
        wait(association, 7)
    assert told(association, "nudge.due.v1") == [(1, 1, "no_session"), (2, 2, "no_session")]
    [task] = association.coordinator("GET", "/v1/tasks?kind=quiet_mentorship&state=open").json["items"]
    assert task["mentor_id"] == made.mentor
    [seen] = health(association, made)["items"]
    assert (seen["mentor_id"], seen["health"], seen["step"]) == (made.mentor, "at_risk", 3)


def test_coordinators_read_who_wants_attention_instead_of_keeping_a_spreadsheet(association: Association) -> None:
    made = pair_at_work(association)
    wait(association, 13)
    assert health(association, made)["items"] == []
    assert health(association, made)["counts"]["new"] == 1
    wait(association, 8)
    found = health(association, made)
    assert found["counts"] == {"new": 0, "on_track": 0, "quiet": 1, "at_risk": 0, "overdue": 0}
    [seen] = found["items"]
    assert (seen["rule"], seen["since"]) == ("no_session", "2026-01-28T12:00:00Z")


def test_who_does_not_come_is_seen_across_partners_and_the_consequences_come_by_themselves(
    association: Association,
) -> None:
    made = pair_at_work(association)
    for week in (2, 3):
        starts_at = datetime(2026, 1, 7 + 7 * (week - 1), 17, tzinfo=UTC)
        path = agreed(made, starts_at=starts_at.isoformat())
        association.clock.at = starts_at.replace(hour=19)
        say(made, made.mentor, path, "i_missed")
        association.do_due_work()
    path = f"/v1/programs/{made.program_id}/attendance"
    counted = {each["member_id"]: each["missed"] for each in association.coordinator("GET", path).json["items"]}
    assert counted == {made.mentor: 2, made.mentee: 0}
    [seen] = health(association, made, "?health=at_risk")["items"]
    assert (seen["rule"], seen["missed_in_a_row"]) == ("missed_in_a_row", 2)
    assert told(association, "nudge.due.v1") == [(1, 1, "missed_in_a_row")]
