"""A meeting's states, and what it holds in each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.events.domain.meeting import MEETING, Meeting, MeetingOver, MeetingState, parties
from services.events.domain.meeting_slots import Slot
from shared.errors import Conflict
from shared.transitions import IllegalTransition

NOW = datetime(2026, 5, 5, 8, tzinfo=UTC)
STARTS = NOW + timedelta(days=2)
SLOT = Slot("s2", STARTS + timedelta(hours=1), STARTS + timedelta(hours=2))

DRAWN = """
pending  -accept->  accepted
pending  -decline-> declined
pending  -expire->  expired
pending  -counter-> pending
pending  -cancel->  cancelled
pending  -move->    pending
accepted -counter-> pending
accepted -cancel->  cancelled
accepted -move->    accepted
"""


def pending(**fields: object) -> Meeting:
    made = Meeting(
        id="m",
        tenant="t",
        version=1,
        updated_at=NOW,
        event_id="e",
        slot_id="s1",
        starts_at=STARTS,
        ends_at=STARTS + timedelta(minutes=30),
        requester_id="b",
        invitee_id="a",
        party_ids=parties("b", "a"),
        asked_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def test_a_verb_leads_where_the_drawing_says_or_is_refused() -> None:
    arrows = {(state, verb.strip("->")): to for state, verb, to in (line.split() for line in DRAWN.split("\n") if line)}
    for state in MeetingState:
        for verb in MEETING.table:
            reached = arrows.pop((state.value, verb), None)
            if reached is not None:
                assert MEETING.after(state, verb) == reached
                continue
            with pytest.raises(IllegalTransition):
                MEETING.after(state, verb)
    assert not arrows


def test_it_holds_both_until_it_ended_or_is_over() -> None:
    meeting = pending()
    assert {each.member_id for each in meeting.holds} == {"a", "b"}
    agreed = meeting.accepted(NOW, "T", None)
    assert agreed.holds == meeting.holds
    assert agreed.seat == ("s1", "T")
    for over in (
        meeting.declined(NOW),
        meeting.expired(NOW),
        agreed.cancelled(NOW, "member"),
        agreed.finished(NOW, met=True),
    ):
        assert not over.holds
        assert over.seat is None


def test_one_that_nobody_is_told_of_holds_who_asked() -> None:
    assert {each.member_id for each in pending(muted=True).holds} == {"b"}


def test_a_request_that_ran_out_is_not_accepted_though_nobody_has_looked_yet() -> None:
    with pytest.raises(Conflict, match="ran out"):
        pending(expires_at=NOW).accepted(NOW, None, None)


def test_nor_is_it_revived_by_another_time() -> None:
    with pytest.raises(Conflict, match="ran out"):
        pending(expires_at=NOW).countered("a", SLOT, SLOT.starts_at, None, NOW)


def test_what_is_over_is_neither_called_off_nor_moved() -> None:
    over = pending().accepted(NOW, None, None)
    later = STARTS + timedelta(hours=1)
    with pytest.raises(MeetingOver):
        over.cancelled(later, "member")
    with pytest.raises(MeetingOver):
        over.countered("a", SLOT, later, None, later)


def test_a_counter_proposal_turns_who_answers_and_keeps_who_they_were() -> None:
    turned = pending(requester_as="z").countered("a", SLOT, SLOT.starts_at, "Then?", NOW)
    assert (turned.requester_id, turned.invitee_id) == ("a", "b")
    assert (turned.requester_as, turned.invitee_as) == (None, "z")
    assert turned.party_ids == ("a", "b")
    again = turned.accepted(NOW, "T", None).countered("a", SLOT, SLOT.starts_at, None, NOW)
    assert (again.requester_id, again.invitee_as, again.table, again.seat) == ("a", "z", None, None)


def test_every_change_raises_the_sequence() -> None:
    meeting = pending()
    steps = [meeting.accepted(NOW, None, None), meeting.declined(NOW), meeting.countered("a", SLOT, NOW, None, NOW)]
    steps += [meeting.moved(NOW, SLOT, NOW, None), meeting.cancelled(NOW, "member")]
    assert {each.sequence for each in steps} == {1}
