"""An attendee hosts a topic, changes what it is, or moves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.events.commands.may_meet import require_attending
from services.events.commands.settle_topic import News, Tell, busy_then, refilled, settle_topic
from services.events.domain.event import Event
from services.events.domain.held_time import TimeTaken
from services.events.domain.meeting_slots import SlotPlan
from services.events.domain.topic import Standing, Topic, TopicFormat, parties
from services.events.store import Store
from shared.errors import Conflict, Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


class HostIsBusy(Conflict):
    """Whoever hosts is there."""

    def __init__(self) -> None:
        super().__init__("The host has something else at that time: choose another, or call that off first.")


@dataclass(frozen=True, slots=True)
class TopicTime:
    """When: in a slot of the organizer's, from whose change on it stands for itself, or from a moment on."""

    slot_id: str | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TopicWords:
    """What the host says of it; `capacity` None: as many as its format has."""

    title: str
    description: str | None = None
    place: str | None = None
    capacity: int | None = None


def host_topic(
    transaction: Transaction,
    store: Store,
    event: Event,
    plan: SlotPlan,
    host: str,
    shape: TopicFormat,
    when: TopicTime,
    words: TopicWords,
) -> Topic:
    """The topic, which people can join; the host's time is held.

    Raises Invalid where time or size do not fit the event, NotTakingPart, HostIsBusy, Conflict where the event is over.
    """
    now = transaction.now
    event.after("meet", now)
    require_attending(transaction, store, event.id, host)
    starts_at, ends_at = _time(transaction, store, event, plan, shape, when)
    topic = Topic(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=now,
        event_id=event.id,
        host_id=host,
        format=shape,
        capacity=_capacity(plan, shape, words.capacity),
        starts_at=starts_at,
        ends_at=ends_at,
        party_ids=parties(host),
        title=words.title,
        description=words.description,
        place=words.place,
    ).awaited(now, timedelta(minutes=plan.topics.reminder_minutes))
    try:
        return settle_topic(transaction, store, None, topic, [Tell(News.HOSTED, by=host)])
    except TimeTaken:
        raise HostIsBusy from None


def change_topic(
    transaction: Transaction,
    store: Store,
    event: Event,
    plan: SlotPlan,
    before: Topic,
    by: str | None,
    when: TopicTime | None,
    words: TopicWords,
) -> Topic:
    """The topic with these words, at this time (None: as it was).

    Of those who joined, whoever has something else at the new time is told and keeps the place until the reminder, to
    decide. A place that comes to be free goes to the next in line. Raises Invalid, HostIsBusy, PlacesTaken, Conflict.
    """
    now = transaction.now
    event.after("meet", now)
    capacity = before.capacity if words.capacity is None else _capacity(plan, before.format, words.capacity)
    after = before.changed(now, title=words.title, description=words.description, place=words.place, capacity=capacity)
    telling: list[Tell] = []
    if when is not None:
        after, moved = _moved(transaction, store, event, plan, after, by, when)
        telling += moved
    elif after.place != before.place:
        telling.append(Tell(News.MOVED, _but(by, after, Standing.JOINED, Standing.UNDECIDED), by))
    after, placed = refilled(transaction, store, after)
    if placed:
        telling.append(Tell(News.PROMOTED, placed))
    try:
        return settle_topic(transaction, store, before, after, telling or [Tell(News.CHANGED, by=by)])
    except TimeTaken as taken:
        if before.host_id in taken.member_ids:
            raise HostIsBusy from None
        raise


def _moved(
    transaction: Transaction,
    store: Store,
    event: Event,
    plan: SlotPlan,
    topic: Topic,
    by: str | None,
    when: TopicTime,
) -> tuple[Topic, Sequence[Tell]]:
    now, placed = transaction.now, topic.ids(Standing.JOINED, Standing.UNDECIDED)
    starts_at, ends_at = _time(transaction, store, event, plan, topic.format, when)
    busy = busy_then(transaction, store, topic, (topic.host_id, *placed), starts_at, ends_at)
    if topic.host_id in busy:
        raise HostIsBusy
    after = topic.moved(now, starts_at, ends_at, timedelta(minutes=plan.topics.reminder_minutes), busy)
    telling = [Tell(News.MOVED, _but(by, after, Standing.JOINED), by)]
    if undecided := after.ids(Standing.UNDECIDED):
        telling.append(Tell(News.UNDECIDED, undecided, by))
    return after, telling


def _but(by: str | None, topic: Topic, *standings: Standing) -> Sequence[str]:
    """The host and the guests of these standings, without whose doing it was."""
    return [each for each in (topic.host_id, *topic.ids(*standings)) if each != by]


def _capacity(plan: SlotPlan, shape: TopicFormat, wanted: int | None) -> int:
    most = 1 if shape is TopicFormat.ONE_TO_ONE else plan.topics.group_size
    if wanted is not None and wanted > most:
        raise Invalid([Fault("/capacity", f"At this event {most} can join such a topic at most.")])
    return most if wanted is None else wanted


def _time(
    transaction: Transaction, store: Store, event: Event, plan: SlotPlan, shape: TopicFormat, when: TopicTime
) -> tuple[datetime, datetime]:
    now = transaction.now
    # The event's time does not change at this moment unseen.
    store.events.hold(transaction.session, transaction.tenant, event.id)
    if when.slot_id is not None and when.starts_at is None:
        slot = plan.wanted(when.slot_id, now)
        return slot.starts_at, slot.ends_at
    if when.starts_at is None or when.slot_id is not None:
        raise Invalid([Fault("/starts_at", "Either a slot of the event (slot_id) or a time of your own (starts_at).")])
    rules = plan.topics
    minutes = rules.minutes if shape is TopicFormat.ONE_TO_ONE else rules.group_minutes
    starts_at = when.starts_at
    ends_at = starts_at + timedelta(minutes=minutes)
    if starts_at < event.starts_at or ends_at > event.ends_at:
        detail = f"Must lie within the event, with the {minutes} minutes that such a topic takes."
        raise Invalid([Fault("/starts_at", detail)])
    if starts_at <= now:
        raise Invalid([Fault("/starts_at", "Must be in the future.")])
    return starts_at, ends_at
