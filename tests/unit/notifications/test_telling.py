"""Who is told of what."""

import pytest

from services.notifications.domain.catalog import CATALOG, RELATIONSHIPS, TELLINGS, UNTOLD
from services.notifications.domain.telling import Part
from shared.calendar import Method
from shared.contracts.message_type import PREFIX
from shared.contracts.registry import all_types
from tests.unit.notifications.news import ADA, BEN, CLEO, examples, notifications, one

STAFF = "019ab000-7c1e-7b5e-9c55-0000000000a5"


@pytest.mark.parametrize("type_name", TELLINGS)
def test_every_type_has_an_example_that_somebody_is_told_of(type_name: str) -> None:
    assert any(notifications(type_name, data) for data in examples(type_name).values())


@pytest.mark.parametrize(
    ("type_name", "told"),
    [
        ("registration.confirmed.v1", {BEN}),
        ("enrollment.approved.v1", {ADA}),
        ("enrollment.withdrawn.v1", {ADA}),
        ("request.sent.v1", {BEN}),
        ("request.accepted.v1", {ADA}),
        ("request.declined.v1", {ADA}),
        ("request.expired.v1", {ADA, BEN}),
        ("request.invalidated.v1", {ADA}),
        ("request.info_requested.v1", {ADA}),
        ("request.answered.v1", {BEN}),
        ("request.reminded.v1", {BEN}),
        ("mentorship.started.v1", {ADA, BEN}),
        ("mentorship.paused.v1", {ADA, BEN}),
        ("mentorship.resumed.v1", {ADA, BEN}),
        ("mentorship.extended.v1", {ADA, BEN}),
        ("mentorship.completing.v1", {ADA, BEN}),
        ("mentorship.completed.v1", {ADA, BEN}),
        ("agreement.proposed.v1", {BEN}),
        ("session.proposed.v1", {BEN}),
        ("session.confirmed.v1", {ADA, BEN}),
        ("feedback.requested.v1", {ADA}),
        ("feedback.revealed.v1", {ADA, BEN}),
        ("introduction.offered.v1", {CLEO}),
        ("introduction.accepted.v1", {ADA, BEN}),
        ("introduction.declined.v1", {BEN}),
        ("resource.shared.v1", {ADA}),
        ("opportunity.shared.v1", {ADA}),
        ("milestone.completed.v1", {ADA, BEN}),
        ("appreciation.sent.v1", {BEN}),
        ("appreciation.published.v1", {ADA}),
        ("nudge.due.v1", {ADA, BEN}),
        ("meeting.requested.v1", {ADA, BEN}),
        ("meeting.accepted.v1", set()),
        ("meeting.declined.v1", {ADA}),
        ("meeting.cancelled.v1", {ADA, BEN}),
        ("meeting.expired.v1", {ADA}),
    ],
)
def test_a_message_is_told_to_whom_it_concerns(type_name: str, told: set[str]) -> None:
    data = next(iter(examples(type_name).values()))
    assert {each.member_id for each in notifications(type_name, data)} == told


@pytest.mark.parametrize("type_name", RELATIONSHIPS)
def test_whoever_did_it_is_not_told_unless_their_calendar_has_to_follow(type_name: str) -> None:
    for data in examples(type_name).values():
        for each in notifications(type_name, data):
            assert each.actor_id != each.member_id or each.calendar is not None


@pytest.mark.parametrize(
    ("type_name", "example", "told"),
    [
        ("meeting.requested.v1", "in-a-slot", {BEN: None}),
        ("meeting.requested.v1", "another-time-for-what-was-agreed", {ADA: Method.CANCEL, BEN: Method.CANCEL}),
        ("meeting.accepted.v1", "with-a-table", {ADA: Method.REQUEST, BEN: Method.REQUEST}),
        ("meeting.accepted.v1", "by-a-schedule", {}),
        ("meeting.cancelled.v1", "called-off", {ADA: Method.CANCEL, BEN: Method.CANCEL}),
        ("meeting.cancelled.v1", "request-withdrawn", {BEN: None}),
    ],
)
def test_a_meeting_is_told_as_it_stands_in_calendars(
    type_name: str, example: str, told: dict[str, Method | None]
) -> None:
    found = notifications(type_name, examples(type_name)[example])
    assert {each.member_id: each.calendar for each in found} == told


def test_a_meeting_that_a_schedule_made_is_told_when_it_moves() -> None:
    data = examples("meeting.accepted.v1")["by-a-schedule"] | {"sequence": 1}
    assert {each.member_id for each in notifications("meeting.accepted.v1", data)} == {ADA, BEN}


@pytest.mark.parametrize(
    ("example", "told"),
    [
        ("joined", {BEN: ADA}),
        ("promoted", {ADA: None}),
        ("moved", {ADA: BEN}),
        ("moved-to-when-somebody-is-busy", {ADA: BEN}),
        ("place-not-kept", {ADA: None}),
        ("reminder", {ADA: None, BEN: None}),
        ("called-off", {ADA: BEN}),
    ],
)
def test_what_becomes_of_a_topic_is_told_to_whom_it_concerns(example: str, told: dict[str, str | None]) -> None:
    found = notifications("topic.updated.v1", examples("topic.updated.v1")[example])
    assert {each.member_id: each.other_id for each in found} == told


def test_the_first_nudge_is_for_the_mentee_alone() -> None:
    (nudge,) = notifications("nudge.due.v1", examples("nudge.due.v1")["to-the-mentee"])
    assert (nudge.member_id, nudge.part, nudge.other_id, nudge.facts.rule) == (ADA, Part.MENTEE, BEN, "no_session")


def test_coordinators_hear_of_what_is_grave_and_the_pair_never_does() -> None:
    (told,) = notifications("health.changed.v1", examples("health.changed.v1")["at-risk"])
    assert (told.member_id, told.other_id, told.facts.health) == (STAFF, ADA, "at_risk")
    assert notifications("health.changed.v1", examples("health.changed.v1")["gone-quiet"]) == []


def test_the_one_who_ended_a_mentorship_is_not_told_and_the_other_one_is() -> None:
    data = examples("mentorship.ended.v1")["rematch"] | {"ended_by_id": ADA}
    assert [each.member_id for each in notifications("mentorship.ended.v1", data)] == [BEN]


@pytest.mark.parametrize(
    ("signed_by", "told"), [([ADA], [BEN]), ([BEN], [ADA]), ([ADA, BEN], [ADA]), ([BEN, ADA], [BEN])]
)
def test_a_signature_is_told_to_the_other_one(signed_by: list[str], told: list[str]) -> None:
    data = examples("agreement.signed.v1")["by-the-mentee"] | {"signed_by": signed_by}
    assert [each.member_id for each in notifications("agreement.signed.v1", data)] == told


def test_mentor_and_mentee_are_told_as_what_they_are_and_of_each_other() -> None:
    assert one("mentorship.started.v1", BEN).part is Part.MENTOR
    assert one("mentorship.started.v1", BEN).other_id == ADA
    assert one("mentorship.started.v1", ADA).part is Part.MENTEE
    assert one("mentorship.started.v1", ADA).other_id == BEN


def test_leaving_an_event_on_ones_own_takes_it_out_of_the_calendar() -> None:
    mine = one("registration.cancelled.v1", example="at-the-ticket-system", reason="member")
    assert mine.calendar is Method.CANCEL


def test_a_person_with_another_ticket_keeps_the_event_in_the_calendar() -> None:
    assert one("registration.cancelled.v1", example="another-ticket-still-counts").calendar is None


def test_a_session_whose_new_time_is_only_proposed_goes_to_the_other_one_and_into_no_calendar() -> None:
    data = examples("session.changed.v1")["a-day-later"] | {"state": "proposed", "changed_by_id": BEN}
    [told] = notifications("session.changed.v1", data)
    assert (told.member_id, told.calendar) == (ADA, None)


def test_two_who_were_paired_in_another_way_are_not_told_of_the_request_too() -> None:
    data = next(iter(examples("request.invalidated.v1").values()))
    assert notifications("request.invalidated.v1", data | {"reason": "already_paired"}) == []
    assert len(notifications("request.invalidated.v1", data | {"reason": "mentee_matched"})) == 2


def test_a_member_who_leaves_a_program_is_not_told_of_it() -> None:
    data = examples("enrollment.withdrawn.v1")["ticket-cancelled"] | {"reason": "member"}
    assert notifications("enrollment.withdrawn.v1", data) == []


def test_each_is_asked_of_the_other_whether_they_met() -> None:
    asked = one("feedback.requested.v1", BEN, example="who-was-there")
    assert (asked.part, asked.other_id, asked.facts.no_show_minutes) == (Part.MENTOR, ADA, 10)


def test_whoever_is_introduced_hears_of_the_third_only_when_that_one_agreed() -> None:
    data = examples("introduction.offered.v1")["to-a-third"]
    assert data["introduced_to_id"] == CLEO
    (asked,) = notifications("introduction.offered.v1", data)
    assert (asked.member_id, asked.other_id) == (CLEO, BEN)
    accepted = notifications("introduction.accepted.v1", data)
    assert {each.member_id: each.other_id for each in accepted} == {ADA: CLEO, BEN: CLEO}


def test_only_whose_partner_wrote_has_feedback_to_read() -> None:
    data = examples("feedback.revealed.v1")["both-wrote"] | {"written_by": [ADA]}
    [told] = notifications("feedback.revealed.v1", data)
    assert (told.member_id, told.other_id) == (BEN, ADA)


def test_that_thanks_are_shown_no_more_is_told_to_nobody() -> None:
    assert notifications("appreciation.published.v1", examples("appreciation.published.v1")["taken-back"]) == []


@pytest.mark.parametrize(("assignee", "other"), [(ADA, BEN), (BEN, ADA)])
def test_a_task_of_one_of_a_pair_is_told_with_the_other(assignee: str, other: str) -> None:
    data = examples("task.created.v1")["quiet-mentorship"] | {"kind": "plan_item", "assignee_ids": [assignee]}
    [told] = notifications("task.created.v1", data)
    assert (told.member_id, told.other_id) == (assignee, other)


def test_of_every_type_people_are_told_or_it_is_written_why_not() -> None:
    names = {each.name.removeprefix(PREFIX) for each in all_types()}
    assert set(CATALOG) | set(UNTOLD) == names
    assert not set(CATALOG) & set(UNTOLD)
