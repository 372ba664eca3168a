"""An attendee joins a topic, or waits for a place; or leaves it, and whoever waits gets the place."""

from services.events.commands.may_meet import require_attending
from services.events.commands.settle_topic import News, Tell, refilled, settle_topic
from services.events.domain.event import Event
from services.events.domain.held_time import TimeTaken
from services.events.domain.topic import Standing, Topic
from services.events.store import Store
from shared.errors import Conflict, NotFound
from shared.messaging.unit_of_work import Transaction


class BusyThen(Conflict):
    """Nobody is at two things at once."""

    def __init__(self) -> None:
        super().__init__("You have something else at the time of this topic: call that off first.")


def join_topic(transaction: Transaction, store: Store, event: Event, topic: Topic, member_id: str) -> Topic:
    """The topic with the member: on a place, which holds their time, or in the line, where all places are taken.

    Whoever waits already and is free comes first. A second time changes nothing. Raises NotFound for whoever is kept
    apart from anybody in it, NotTakingPart, BusyThen, Conflict where it is over or has begun.
    """
    session, tenant, now = transaction.session, transaction.tenant, transaction.now
    event.after("meet", now)
    require_attending(transaction, store, event.id, member_id)
    # So that whoever keeps two people apart at this moment comes before or after; a place in the line takes no time.
    store.held_time.touch(session, tenant, [member_id])
    if kept_out(transaction, store, topic, member_id):
        raise NotFound("topic", topic.id)
    between, placed = refilled(transaction, store, topic)
    after = between.joined(member_id, now)
    if after == topic:
        return topic
    others = [each for each in placed if each != member_id]
    telling = [Tell(News.PROMOTED, others)] if others else []
    if after.standing(member_id) is Standing.JOINED:
        telling.append(Tell(News.JOINED, [topic.host_id], member_id))
    elif topic.standing(member_id) is None:
        telling.append(Tell(News.WAITING, by=member_id))
    try:
        return settle_topic(transaction, store, topic, after, telling)
    except TimeTaken:
        raise BusyThen from None


def leave_topic(transaction: Transaction, store: Store, topic: Topic, member_id: str) -> Topic:
    """The topic without the member, whose place goes to the first in line who is free.

    Who is no guest changes nothing. Raises Conflict where it is over.
    """
    if topic.standing(member_id) is None:
        return topic
    had_place = topic.standing(member_id) is not Standing.WAITING
    after, placed = refilled(transaction, store, topic.left([member_id], transaction.now))
    telling = [Tell(News.LEFT, [topic.host_id] if had_place else [], member_id)]
    if placed:
        telling.append(Tell(News.PROMOTED, placed))
    return settle_topic(transaction, store, topic, after, telling)


def kept_out(transaction: Transaction, store: Store, topic: Topic, member_id: str) -> bool:
    """Whether the member is kept apart from anybody who is in it."""
    pairs = store.kept_apart.pairs_among(transaction.session, transaction.tenant, [member_id])
    apart = {each for pair in pairs for each in pair} - {member_id}
    return not apart.isdisjoint(topic.party_ids)
