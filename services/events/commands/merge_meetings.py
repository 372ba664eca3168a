"""Meetings of one person, by whatever id they came about, are those of who that is now.

Both of the two keep the id they had at first, and who that is now is looked up; so an undo is the same work as a merge.
A person is at one thing at a time: what was agreed on stays, then what is older, and the rest is called off. So is what
one of the two had with somebody from whom the other is kept apart: no message tells of that block again.
"""

from services.events.commands.giving_way import giving_way
from services.events.commands.settle_meetings import Change, settle_meetings
from services.events.domain.meeting import MERGED, PARTED, Meeting, MeetingState
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


def merge_meetings(transaction: Transaction, store: Store, member_id: str) -> None:
    """Gives what this member, and whoever was merged into them, had to who that is now. Bears being repeated."""
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    makers = store.merges.known_as(tenant, member_id, session)
    found = store.meetings.of_people(tenant, makers, session)
    firsts = {each for meeting in found for each in meeting.first_named}
    who = store.merges.survivors(tenant, firsts, session)
    moved: list[tuple[Meeting, Meeting]] = []
    for meeting in found:
        requester, invitee = (who[each] for each in meeting.first_named)
        if (requester, invitee) != (meeting.requester_id, meeting.invitee_id):
            moved.append((meeting, meeting.named_anew(requester, invitee, now)))
    if not moved:
        return
    people = {each for _, after in moved for each in after.party_ids}
    known = {before.id for before, _ in moved}
    there = [each for each in store.meetings.open_of_members(tenant, people, session) if each.id not in known]
    apart = store.kept_apart.pairs_among(session, tenant, people)
    parted = {after.id for _, after in moved if after.is_open and after.party_ids in apart}
    with_oneself = {after.id for _, after in moved if after.is_open and after.requester_id == after.invitee_id}
    ending = parted | with_oneself
    staying = [each for each in moved if each[1].is_open and each[0].id not in ending]
    gone = [before for before, _ in moved if before.id in ending]
    ending |= giving_way(transaction, store, [*staying, *((each, each) for each in there)], gone)
    changes = [
        _without(after, before, transaction, PARTED if before.id in parted else MERGED)
        if before.id in ending
        else Change(before, after)
        for before, after in [*moved, *((each, each) for each in there if each.id in ending)]
    ]
    settle_meetings(transaction, store, changes)
    for before, after in moved:
        store.meetings.look_again(session, tenant, before.event_id, after.party_ids, now)


def _without(after: Meeting, before: Meeting, transaction: Transaction, reason: str) -> Change:
    """Called off; or over, where its time has passed and nobody has looked yet."""
    now = transaction.now
    if after.ends_at <= now and after.state is MeetingState.ACCEPTED:
        return Change(before, after.finished(now, met=after.met))
    if after.state is MeetingState.PENDING and after.ends_at <= now:
        return Change(before, after.expired(now), "expired")
    return Change(before, after.cancelled(now, reason), "cancelled")
