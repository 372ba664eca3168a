"""Telling of meetings: full state each, ids only."""

from typing import Any

from services.events.domain.meeting import Meeting, MeetingState
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction

_ENDS = ("expired", "cancelled")


def announce_meeting(transaction: Transaction, meeting: Meeting, word: str, by: str | None = None) -> None:
    """Publishes `meeting.{word}`; `by` is whose doing it was, where that is to be known.

    Of one that its invitee never hears of, only its end is told, as of any other, and to nobody but who asked.
    """
    if meeting.muted and word not in _ENDS:
        return
    data: dict[str, Any] = {
        "id": meeting.id,
        "event_id": meeting.event_id,
        "requester_id": meeting.requester_id,
        "invitee_id": meeting.invitee_id,
        "state": meeting.state.value,
        "origin": meeting.origin.value,
        "slot_id": meeting.slot_id,
        "starts_at": rfc3339(meeting.starts_at),
        "ends_at": rfc3339(meeting.ends_at),
        "sequence": meeting.sequence,
        "agreed": meeting.agreed,
    }
    optional = {
        "table": meeting.table,
        "reason": meeting.reason,
        "by_id": by,
        "concerns_ids": [meeting.requester_id] if meeting.muted and word == "cancelled" else None,
        "expires_at": None
        if meeting.expires_at is None or meeting.state is not MeetingState.PENDING
        else rfc3339(meeting.expires_at),
    }
    data |= {name: value for name, value in optional.items() if value is not None}
    transaction.publish(f"meeting.{word}.v1", key=meeting.id, version=meeting.version, data=data)
