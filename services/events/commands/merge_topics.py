"""Topics of one person, by whatever id they host or joined them, are those of who that is now.

Everybody keeps the id they had at first, and who that is now is looked up; so an undo is the same work as a merge. A
person is at one thing at a time: where they have something else then, they leave, or what they host is called off. Of
two who are kept apart and come together by this, the one who came later leaves: no message tells of that block again.
"""

from collections.abc import Iterator

from services.events.commands.settle_topic import News, Tell, busy_then, refilled, settle_topic
from services.events.domain.meeting import MERGED
from services.events.domain.topic import Topic
from services.events.store import Store
from shared.messaging.unit_of_work import Transaction


def merge_topics(transaction: Transaction, store: Store, member_id: str) -> None:
    """Gives what this member, and whoever was merged into them, has to who that is now. Bears being repeated."""
    session, tenant = transaction.session, transaction.tenant
    makers = store.merges.known_as(tenant, member_id, session)
    found = store.topics.of_people(tenant, makers, session)
    firsts = {each for topic in found for each in topic.firsts}
    now_is = store.merges.survivors(tenant, firsts, session)
    for topic in found:
        after = topic.named_anew(now_is, transaction.now)
        if (after.host_id, after.guests) != (topic.host_id, topic.guests):
            _rename(transaction, store, topic, after)


def _rename(transaction: Transaction, store: Store, before: Topic, after: Topic) -> None:
    now = transaction.now
    if not after.is_open:
        settle_topic(transaction, store, before, after, [])
        return
    if after.ends_at <= now:
        settle_topic(transaction, store, before, after.closed(now), [Tell(News.CLOSED)])
        return
    new = {hold.member_id for hold in after.holds} - {hold.member_id for hold in before.holds}
    busy = busy_then(transaction, store, after, new, after.starts_at, after.ends_at)
    if after.host_id in busy:
        concerned = [each for each in after.party_ids if each != after.host_id]
        settle_topic(transaction, store, before, after.cancelled(now, MERGED), [Tell(News.CANCELLED, concerned)])
        return
    leaving = busy.union(_parted(transaction, store, after))
    after, placed = refilled(transaction, store, after.left(leaving, now))
    telling = [Tell(News.LAPSED, sorted(leaving))] if leaving else [Tell(News.CHANGED)]
    if placed:
        telling.append(Tell(News.PROMOTED, placed))
    settle_topic(transaction, store, before, after, telling)


def _parted(transaction: Transaction, store: Store, topic: Topic) -> Iterator[str]:
    """The guests who are kept apart from somebody who was there before them."""
    apart = store.kept_apart.pairs_among(transaction.session, transaction.tenant, topic.party_ids)
    staying = [topic.host_id]
    for guest in topic.guests:
        if any(tuple(sorted((guest.member_id, each))) in apart for each in staying):
            yield guest.member_id
        else:
            staying.append(guest.member_id)
