"""What is told of a registration when it has changed: a comparison of what the world knows with what is so now.

Only a registration of a known member is told of; one that was cancelled before that never existed for the world.
"""

from dataclasses import dataclass, replace

from services.events.domain.registration import Announced, Registration, Status

_OWN_WORD = {
    Status.CONFIRMED: "registration.confirmed.v1",
    Status.WAITLISTED: "registration.waitlisted.v1",
    Status.OFFERED: "registration.offered.v1",
    Status.EXPIRED: "registration.expired.v1",
    Status.NO_SHOW: "registration.no_show.v1",
}
MOVED = "moved"
"""Why a registration is cancelled for whom it was of: it is somebody else's now."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One message to publish: its type, whom it is about, and what it says that the registration may not say now."""

    type: str
    member_id: str
    status: Status
    checked_in: bool
    mentoring: tuple[str, ...]
    reason: str | None = None
    moved_to: str | None = None
    """Whose it is by now, where it moved."""


def announcements(now: Registration, reason: str | None) -> tuple[list[Announcement], Announced | None]:
    """The messages due, in order, and what the world knows after them.

    `reason` says why it was cancelled, where it was. One that moved to another member is cancelled for the old one
    (`moved`) before it is confirmed for the new one.
    """
    told = now.announced
    due: list[Announcement] = []
    if told is not None and told.member_id != now.member_id:
        moved = _cancelled(told.member_id, Status.CANCELLED, told.mentoring, MOVED)
        due.append(replace(moved, moved_to=now.member_id))
        told = None
    if now.member_id is None:
        return due, told
    word = _OWN_WORD.get(now.status)
    if word is None:
        if told is not None:
            due.append(_cancelled(now.member_id, now.status, now.mentoring, reason))
        return due, None
    # Who opts in later is confirmed once more: that is how an event program learns of it.
    if told is None or told.status is not now.status or set(told.mentoring) != set(now.mentoring):
        due.append(Announcement(word, now.member_id, now.status, False, now.mentoring))
    was_in = told is not None and told.checked_in
    is_in = now.confirmed and now.checked_in_at is not None
    if is_in and not was_in:
        due.append(Announcement("registration.checked_in.v1", now.member_id, now.status, True, now.mentoring))
    elif was_in and not is_in and now.confirmed:
        due.append(Announcement("registration.check_in_reverted.v1", now.member_id, now.status, False, now.mentoring))
    return due, Announced(now.member_id, now.status, is_in, now.mentoring)


def _cancelled(member_id: str, status: Status, mentoring: tuple[str, ...], reason: str | None) -> Announcement:
    return Announcement("registration.cancelled.v1", member_id, status, False, mentoring, reason)
