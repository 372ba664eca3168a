"""What every change of a topic brings about: whose time it holds, and who is told what.

Which time is held follows from what the topic is, before and after: so nothing that is held can be left behind.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.events.domain.topic import Standing, Topic
from services.events.store import Store
from services.events.store.held_time import busy_between
from shared.clock import rfc3339
from shared.messaging.unit_of_work import Transaction


class News(StrEnum):
    """What has become of a topic."""

    HOSTED = "hosted"
    JOINED = "joined"
    WAITING = "waiting"
    LEFT = "left"
    PROMOTED = "promoted"
    MOVED = "moved"
    UNDECIDED = "undecided"
    LAPSED = "lapsed"
    CHANGED = "changed"
    REMINDER = "reminder"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Tell:
    """One thing to tell: what, whom it concerns, and whose doing it was, where that is to be known."""

    news: News
    concerns: Sequence[str] = ()
    by: str | None = None


def settle_topic(
    transaction: Transaction, store: Store, before: Topic | None, after: Topic, telling: Sequence[Tell]
) -> Topic:
    """Writes it over what it was (None: it is new) and tells of it; returns it as saved.

    Raises TimeTaken with those who have something else at that time.
    """
    session, tenant = transaction.session, transaction.tenant
    held = frozenset() if before is None else before.holds
    store.held_time.release(session, tenant, held - after.holds)
    store.held_time.take(session, tenant, after.holds - held)
    saved = after if before is None else replace(after, version=before.version + 1)
    store.topics.write(session, [(before, saved)])
    for each in telling:
        _announce(transaction, saved, each)
    return saved


def refilled(transaction: Transaction, store: Store, topic: Topic) -> tuple[Topic, Sequence[str]]:
    """The topic with its free places given to who waits, in order, and who got one.

    Whoever has something else at that time is passed over.
    """
    waiting = topic.ids(Standing.WAITING)
    if not waiting or topic.taken >= topic.capacity:
        return topic, ()
    busy = busy_then(transaction, store, topic, waiting, topic.starts_at, topic.ends_at)
    after = topic.promoted(busy, transaction.now)
    placed = after.ids(Standing.JOINED)
    return after, [each for each in waiting if each in placed]


def busy_then(
    transaction: Transaction,
    store: Store,
    topic: Topic,
    member_ids: Collection[str],
    starts_at: datetime,
    ends_at: datetime,
) -> frozenset[str]:
    """Those of the members who have something other than this topic at that time."""
    held = store.held_time.of(transaction.tenant, member_ids, transaction.session)
    return frozenset(
        member_id
        for member_id, holds in held.items()
        if busy_between([each for each in holds if each.id != topic.id], starts_at, ends_at)
    )


def _announce(transaction: Transaction, topic: Topic, told: Tell) -> None:
    """Publishes the full state, by ids; what the host wrote stays here."""
    data: dict[str, Any] = {
        "id": topic.id,
        "event_id": topic.event_id,
        "host_id": topic.host_id,
        "state": topic.state.value,
        "capacity": topic.capacity,
        "starts_at": rfc3339(topic.starts_at),
        "duration_minutes": int((topic.ends_at - topic.starts_at).total_seconds() // 60),
        "member_ids": list(topic.ids(Standing.JOINED, Standing.UNDECIDED)),
        "undecided_ids": list(topic.ids(Standing.UNDECIDED)),
        "waitlist_ids": list(topic.ids(Standing.WAITING)),
        "sequence": topic.sequence,
        "change": told.news.value,
        "concerns_ids": sorted(set(told.concerns)),
    }
    if told.by is not None:
        data["by_id"] = told.by
    transaction.publish("topic.updated.v1", key=topic.id, version=topic.version, data=data)
