"""Whoever is asked to meet says yes, and gets a table, or no."""

from collections.abc import Sequence
from typing import Any

from services.events.api.meetings import AcceptSchema
from services.events.commands.answer_meeting import accept_meeting, decline_meeting
from services.events.commands.open_slots import ChooseAnother
from services.events.domain.meeting import Meeting, MeetingState
from services.events.store import Store
from shared.contracts.acts import Act
from shared.messaging.unit_of_work import Transaction
from shared.web.act_pages import Asked, Entry, Field, Kind, PageAct, Quote, Sight, Standing, isolated

_DONE = {Act.ACCEPT_MEETING: MeetingState.ACCEPTED, Act.DECLINE_MEETING: MeetingState.DECLINED}
_PLACE, _WITHOUT_TABLE = "place", "without_table"
_WHERE = AcceptSchema()


def meeting_acts(store: Store) -> Sequence[PageAct]:
    """The two answers."""

    def own(asked: Asked) -> Meeting:
        meeting = store.meetings.get(asked.tenant, asked.subject_id, asked.session)
        meeting.require_party(asked.member_id)
        return meeting

    def look(asked: Asked) -> Sight:
        meeting = own(asked)
        event = store.events.get(asked.tenant, meeting.event_id, asked.session)
        other = meeting.other(asked.member_id)
        return Sight(
            _standing(meeting, asked),
            {
                "other": isolated(store.people.names_for_members(asked.tenant, [other]).get(other)),
                "event": isolated(event.name),
                "starts_at": meeting.starts_at,
                "until": meeting.expires_at,
                "table": isolated(meeting.table),
                "place": isolated(meeting.place),
                "state": meeting.state.value,
                "asked_by_self": meeting.requester_id == asked.member_id,
            },
            quotes=[Quote("message", meeting.message)] if meeting.message else (),
            seen=str(meeting.sequence),
            zone=event.time_zone,
        )

    def accept(transaction: Transaction, asked: Asked, _sight: Sight, entry: Entry) -> None:
        meeting = own(asked)
        event = store.events.get(transaction.tenant, meeting.event_id, transaction.session)
        where: dict[str, Any] = _WHERE.load({_WITHOUT_TABLE: _WITHOUT_TABLE in entry} | _place(entry))
        accept_meeting(
            transaction,
            store,
            event,
            meeting,
            asked.member_id,
            place=where.get(_PLACE),
            without_table=bool(where.get(_WITHOUT_TABLE)),
        )

    def decline(transaction: Transaction, asked: Asked, _sight: Sight, _entry: Entry) -> None:
        decline_meeting(transaction, store, own(asked), asked.member_id)

    return (
        PageAct(Act.ACCEPT_MEETING, "meeting", look, accept, _refusal, _beyond),
        PageAct(Act.DECLINE_MEETING, "meeting", look, decline),
    )


def _standing(meeting: Meeting, asked: Asked) -> Standing:
    if meeting.state is MeetingState.PENDING:
        in_time = meeting.expires_at is None or asked.now < meeting.expires_at
        return Standing.OPEN if in_time and meeting.invitee_id == asked.member_id else Standing.OVER
    return Standing.DONE if meeting.state is _DONE[asked.act] else Standing.OVER


def _place(entry: Entry) -> dict[str, str]:
    place = entry.get(_PLACE, "").strip()
    return {_PLACE: place} if place else {}


def _refusal(error: Exception, asked: Asked) -> str | None:  # noqa: ARG001 - as every refusal is asked
    return "no_table" if isinstance(error, ChooseAnother) else None


def _beyond(error: Exception) -> Sequence[Field]:
    """Where no table is left the two name a place, or find each other."""
    if not isinstance(error, ChooseAnother):
        return ()
    return (Field(_PLACE, Kind.LINE, longest=200), Field(_WITHOUT_TABLE, Kind.TICK))
