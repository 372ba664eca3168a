"""Sessions of mentorships as appointments: matching has them, here they only stand in people's own calendars."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.events.domain.agenda import CANCELLED_SHOWN, PAST_SHOWN
from shared.calendar import Appointment, Standing
from shared.clock import parse_rfc3339

_PROPOSED, _CANCELLED = "proposed", "cancelled"
_AGREED = frozenset({"confirmed", "held", "missed"})
"""What only a session can be that both said yes to."""


@dataclass(frozen=True, slots=True)
class MentoringSession:
    """A session as it was last heard of. `version` is its mentorship's, which rises with each of its messages.

    `agreed`: both said yes to it once; a proposal is in nobody's calendar, also one that was withdrawn.
    """

    id: str
    tenant: str
    version: int
    updated_at: datetime
    parties: tuple[str, str]
    """Mentor and mentee."""
    state: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    agreed: bool
    expire_at: datetime
    """When no feed shows it any more."""


def heard(
    data: Mapping[str, Any], tenant: str, version: int, at: datetime, before: MentoringSession | None
) -> MentoringSession:
    """The session as a `session.*` message of that version says it is; `before` is as it was heard of until then."""
    starts_at = parse_rfc3339(data["starts_at"])
    ends_at = starts_at + timedelta(minutes=data["duration_minutes"])
    state = data["state"]
    return MentoringSession(
        id=data["id"],
        tenant=tenant,
        version=version,
        updated_at=at,
        parties=(data["mentor_id"], data["mentee_id"]),
        state=state,
        starts_at=starts_at,
        ends_at=ends_at,
        sequence=data["sequence"],
        agreed=state in _AGREED or (before is not None and before.agreed),
        expire_at=max(ends_at + PAST_SHOWN, at + CANCELLED_SHOWN),
    )


def appointments(
    sessions: Sequence[MentoringSession], own: AbstractSet[str], names: Mapping[str, str], now: datetime
) -> Iterator[Appointment]:
    """The sessions as they stand for the one member who is known by these ids; `names` are those of the others.

    A session's id is its UID and its SEQUENCE that of its mails. One that moved and awaits a new yes is TENTATIVE; one
    that was missed took place in the calendar all the same.
    """
    for session in sessions:
        if not session.agreed:
            continue
        standing = Standing.CONFIRMED
        if session.state == _CANCELLED:
            standing = Standing.CANCELLED
            if session.updated_at + CANCELLED_SHOWN <= now:
                continue
        elif session.state == _PROPOSED:
            standing = Standing.TENTATIVE
        name = next((names[each] for each in session.parties if each not in own and each in names), None)
        yield Appointment(
            uid=session.id,
            sequence=session.sequence,
            summary="Mentoring session" if name is None else f"Mentoring session with {name}",
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            standing=standing,
            stamp=session.updated_at,
            revised_at=session.updated_at,
        )
