"""A canonical attendee record as events needs it: what a ticket system says of one registration now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.events.domain.event import Event, EventState
from services.events.domain.registration import LIVE, NOBODY, Attendee, Dated, Origin, Registration, Said, Status
from shared.clock import parse_rfc3339
from shared.contracts.fields import FIRST_YEAR, LAST_YEAR
from shared.errors import Fault, Invalid

AHEAD = timedelta(minutes=5)
"""How far a source's clock may be ahead of ours."""

LONGEST_CHOICE = 200
"""Characters of an answer that is kept."""


@dataclass(frozen=True, slots=True)
class AttendeeRecord:
    """One record. Goals and skills are not kept: they are profiles' matter. Of the answers, the short ones are."""

    origin: Origin
    dated: Dated
    status: Status
    attendee: Attendee = NOBODY
    ticket_type: str | None = None
    mentoring: tuple[str, ...] = ()
    visibility: str | None = None
    checked_in_at: datetime | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Any], message_id: str) -> "AttendeeRecord":
        """The record of a valid `attendee.published`, or of an `attendee.removed`, which has no status: cancelled."""
        origin = Origin(data["source"], data["source_event_id"], data["source_registration_id"])
        dated = Dated(parse_rfc3339(data["updated_at"]), message_id)
        if "status" not in data:
            return cls(origin, dated, Status.CANCELLED)
        person = data["person"]
        parted = " ".join(filter(None, (person.get("given_name"), person.get("family_name"))))
        checked_in_at = data.get("checked_in_at")
        return cls(
            origin,
            dated,
            Status(data["status"]),
            attendee=Attendee(
                name=person.get("name") or parted or None,
                email=person.get("email"),
                buyer_email=person.get("buyer_email"),
                organization=person.get("organization"),
                answers=_short(data.get("answers") or {}),
            ),
            ticket_type=data.get("ticket_type"),
            mentoring=tuple(data.get("mentoring") or ()),
            visibility=data.get("visibility"),
            checked_in_at=None if checked_in_at is None else parse_rfc3339(checked_in_at),
        )


def _short(answers: Mapping[str, str | None]) -> tuple[Said, ...]:
    """The answers that may be a choice; what somebody wrote at length says nothing about a group, and is not kept."""
    return tuple(
        Said(question, answer)
        for question, answer in sorted(answers.items())
        if answer is not None and len(answer) <= LONGEST_CHOICE
    )


def require_not_ahead(record: AttendeeRecord, now: datetime) -> None:
    """Raises Invalid for a record that its source dates more than 5 minutes after `now`: it would win for too long."""
    if record.dated.updated_at > now + AHEAD:
        raise Invalid([Fault("/updated_at", "Is more than 5 minutes ahead.")])


def require_announceable_times(record: AttendeeRecord) -> None:
    """Raises Invalid for a time at the edge of the centuries whose offset puts it beyond, where no message can go."""
    times = {"updated_at": record.dated.updated_at, "checked_in_at": record.checked_in_at}
    faults = [
        Fault(f"/{name}", f"Must be from {FIRST_YEAR} to {LAST_YEAR} in UTC, too.")
        for name, moment in times.items()
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR
    ]
    if faults:
        raise Invalid(faults)


def registered(
    record: AttendeeRecord, identifier: str, tenant: str, event: Event, member_id: str | None, now: datetime
) -> Registration:
    """The new registration that the record is of; `member_id` None while nobody is known for it."""
    return Registration(
        id=identifier,
        tenant=tenant,
        version=1,
        updated_at=now,
        created_at=now,
        event_id=event.id,
        member_id=member_id,
        origin=record.origin,
        checked_in_at=record.checked_in_at,
        **_said(record, event),
    )


def applied(record: AttendeeRecord, registration: Registration, event: Event, now: datetime) -> Registration:
    """The registration as the record has it.

    A removal leaves the dated row without the person. The check-in moves only when the source changed it, so that the
    desk's own stays.
    """
    moved = record.checked_in_at != registration.source_checked_in_at
    return replace(
        registration,
        updated_at=now,
        checked_in_at=record.checked_in_at if moved else registration.checked_in_at,
        **_said(record, event),
    )


def says_the_same(before: Registration, after: Registration) -> bool:
    """Whether a record, as `applied`, says nothing that was not known but its own date."""
    return replace(after, record=before.record, updated_at=before.updated_at) == before


def _said(record: AttendeeRecord, event: Event) -> dict[str, Any]:
    """What of a registration is as the record has it; at a cancelled event nothing is live."""
    off = event.state is EventState.CANCELLED and record.status in LIVE
    return {
        "record": record.dated,
        "status": Status.CANCELLED if off else record.status,
        "attendee": record.attendee,
        "ticket_type": record.ticket_type,
        "mentoring": record.mentoring,
        "visibility": record.visibility,
        "source_checked_in_at": record.checked_in_at,
    }
