"""Meetings of one person, by whatever id they came about, are those of who that is now.

Both of the two keep the id they had at first, and who that is now is looked up; so an undo is the same work as a merge.
A person is at one thing at a time: what was agreed on stays, then what is older, and the rest is called off. So is what
one of the two had with somebody from whom the other is kept apart: no message tells of that block again.
"""

from collections.abc import Collection, Sequence

from services.events.commands.settle_meetings import Change, settle_meetings
from services.events.domain.held_time import Hold
from services.events.domain.meeting import MERGED, PARTED, Meeting, MeetingState
from services.events.store import Store
from services.events.store.held_time import busy_between
from shared.messaging.unit_of_work import Transaction


def merge_meetings(transaction: Transaction, store: Store, member_id: str) -> None:
    """Gives what this member, and whoever was merged into them, had to who that is now. Bears being repeated."""
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    makers = store.merges.known_as(tenant, member_id, session)
    found = store.meetings.of_people(tenant, makers, session)
    firsts = {each for meeting in found for each in _first_named(meeting)}
    who = store.merges.survivors(tenant, firsts, session)
    moved: list[tuple[Meeting, Meeting]] = []
    for meeting in found:
        requester, invitee = (who[each] for each in _first_named(meeting))
        if (requester, invitee) != (meeting.requester_id, meeting.invitee_id):
            moved.append((meeting, meeting.named_anew(requester, invitee, now)))
    if not moved:
        return
    people = {each for _, after in moved for each in after.party_ids}
    known = {before.id for before, _ in moved}
    there = [each for each in store.meetings.open_of_members(tenant, people, session) if each.id not in known]
    apart = store.kept_apart.pairs_among(session, tenant, people)
    parted = {after.id for _, after in moved if after.is_open and after.party_ids in apart}
    giving_way = _giving_way(transaction, store, [*moved, *((each, each) for each in there)], parted)
    changes = [
        _without(after, before, transaction, PARTED if before.id in parted else MERGED)
        if before.id in giving_way
        else Change(before, after)
        for before, after in [*moved, *((each, each) for each in there if each.id in giving_way)]
    ]
    settle_meetings(transaction, store, changes)
    for before, after in moved:
        store.meetings.look_again(session, tenant, before.event_id, after.party_ids, now)


def _first_named(meeting: Meeting) -> tuple[str, str]:
    return meeting.requester_as or meeting.requester_id, meeting.invitee_as or meeting.invitee_id


def _giving_way(
    transaction: Transaction, store: Store, meetings: Sequence[tuple[Meeting, Meeting]], parted: Collection[str]
) -> set[str]:
    """Which of the meetings, as they were and as they will be named, cannot take place beside the others.

    Those that are `parted` take place in no case.
    """
    coming = [each for each in meetings if each[1].is_open]
    people = {each for _, after in coming for each in after.party_ids}
    held = {
        member_id: set(holds)
        for member_id, holds in store.held_time.of(transaction.tenant, people, transaction.session).items()
    }
    for before, _ in coming:
        for hold in before.holds:
            held.get(hold.member_id, set()).discard(hold)
    giving_way = set(parted)
    for _, after in sorted(coming, key=lambda each: (each[1].state is MeetingState.PENDING, each[1].id)):
        if after.id in parted:
            continue
        if after.requester_id == after.invitee_id or _clashes(after, held):
            giving_way.add(after.id)
            continue
        for hold in after.holds:
            held[hold.member_id].add(hold)
    return giving_way


def _without(after: Meeting, before: Meeting, transaction: Transaction, reason: str) -> Change:
    """Called off; or over, where its time has passed and nobody has looked yet."""
    now = transaction.now
    if after.ends_at <= now and after.state is MeetingState.ACCEPTED:
        return Change(before, after.finished(now, met=after.met))
    if after.state is MeetingState.PENDING and after.ends_at <= now:
        return Change(before, after.expired(now), "expired")
    return Change(before, after.cancelled(now, reason), "cancelled")


def _clashes(meeting: Meeting, held: dict[str, set[Hold]]) -> bool:
    return any(busy_between(held[each.member_id], each.starts_at, each.ends_at) for each in meeting.holds)
