"""Topics end: the host or an organizer calls one off, people who were in it do not come, or its time is over."""

from collections.abc import Collection, Sequence

from services.events.commands.settle_topic import News, Tell, refilled, settle_topic
from services.events.domain.meeting import EVENT_CANCELLED, MEMBER, ORGANIZER
from services.events.domain.topic import Standing, Topic, TopicState
from services.events.store import Store
from services.events.store.topics import COLLECTION
from shared.errors import Forbidden
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork


def cancel_topic(transaction: Transaction, store: Store, topic: Topic, by: str | None) -> Topic:
    """The topic, called off by its host or, `by` None, by an organizer: the time of all is free again.

    A second time changes nothing. Raises Forbidden for guests, Conflict where it is over.
    """
    if by is not None and by != topic.host_id:
        raise Forbidden("Whoever hosts a topic calls it off; whoever joined it leaves.")
    if topic.state is TopicState.CANCELLED:
        return topic
    return _called_off(transaction, store, topic, ORGANIZER if by is None else MEMBER, by)


def leave_topics(
    transaction: Transaction, store: Store, event_id: str, member_ids: Collection[str], reason: str
) -> None:
    """Members do not come to the event any more: what they host there is called off, and their places go on."""
    step_out(
        transaction,
        store,
        store.topics.open_of(transaction.tenant, event_id, member_ids, transaction.session),
        member_ids,
        reason,
    )


def step_out(
    transaction: Transaction, store: Store, topics: Sequence[Topic], member_ids: Collection[str], reason: str
) -> int:
    """Takes these members out of those of the topics that are not over; one that any of them hosts is called off.

    By nobody's doing that is told. Returns how many topics that were. With its event a topic is called off whole, and
    whoever hears of the event does not hear of each.
    """
    coming = [each for each in topics if each.is_open and each.ends_at > transaction.now]
    for topic in coming:
        if topic.host_id in member_ids or reason == EVENT_CANCELLED:
            _called_off(transaction, store, topic, reason, None)
        else:
            _without(transaction, store, topic, member_ids, Tell(News.LEFT, [topic.host_id]))
    return len(coming)


def part_in_topics(transaction: Transaction, store: Store, one: str, other: str) -> None:
    """The two are kept apart: of each topic that both are in, the one who came later leaves; the host stays.

    That one is told that the place could not be kept, and nobody why.
    """
    for topic in store.topics.open_of_pair(transaction.tenant, one, other, transaction.session):
        if topic.ends_at > transaction.now:
            in_order = [topic.host_id, *(each.member_id for each in topic.guests)]
            later = max((one, other), key=in_order.index)
            _without(transaction, store, topic, [later], Tell(News.LAPSED, [later]))


def topics_due(store: Store) -> DueWork:
    """The due work of reminding those who come, and of closing what is over."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        topic_id, tenant = claimed.document["_id"], claimed.document["tenant"]

        def look(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            found = store.topics.get(tenant, topic_id, transaction.session)
            if not found.is_open or found.due_at is None or found.due_at > transaction.now:
                return
            if found.due_to_remind(transaction.now):
                _remind(transaction, store, found)
            elif found.ends_at <= transaction.now:
                settle_topic(transaction, store, found, found.closed(transaction.now), [Tell(News.CLOSED)])
            else:
                settle_topic(transaction, store, found, found.told(transaction.now), [Tell(News.CHANGED)])

        unit_of_work.run(look, tenant=tenant)

    return DueWork("look_after_topics", COLLECTION, perform)


def _remind(transaction: Transaction, store: Store, topic: Topic) -> None:
    """Tells those who come; a place that nobody decided to take goes to who waits."""
    lapsed = topic.ids(Standing.UNDECIDED)
    after, placed = refilled(transaction, store, topic.told(transaction.now))
    telling = [Tell(News.LAPSED, lapsed)] if lapsed else []
    if placed:
        telling.append(Tell(News.PROMOTED, placed))
    telling.append(Tell(News.REMINDER, [topic.host_id, *after.ids(Standing.JOINED)]))
    settle_topic(transaction, store, topic, after, telling)


def _without(transaction: Transaction, store: Store, topic: Topic, member_ids: Collection[str], told: Tell) -> None:
    after, placed = refilled(transaction, store, topic.left(member_ids, transaction.now))
    telling = [told, Tell(News.PROMOTED, placed)] if placed else [told]
    settle_topic(transaction, store, topic, after, telling)


def _called_off(transaction: Transaction, store: Store, topic: Topic, reason: str, by: str | None) -> Topic:
    concerned = [] if reason == EVENT_CANCELLED else [each for each in topic.party_ids if each != by]
    after = topic.cancelled(transaction.now, reason)
    return settle_topic(transaction, store, topic, after, [Tell(News.CANCELLED, concerned, by)])
