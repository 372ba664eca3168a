"""A notification: one person is told of one message."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.notifications.domain.facts import Data, Facts, facts_of
from services.notifications.domain.telling import Part, Subject, Telling, Told
from shared.calendar import Method


@dataclass(frozen=True, slots=True)
class Notification:
    """Ids, codes and times only: names are looked up when it is read, so that renames and erasures reach it."""

    id: str
    tenant: str
    version: int
    updated_at: datetime
    created_at: datetime
    member_id: str
    type: str
    """The `ce_type` of the message it tells of."""
    message_id: str
    subject: Subject
    subject_id: str
    about_id: str
    """The thing itself, where the link leads to what holds it: the session, the milestone."""
    part: Part = Part.MEMBER
    actor_id: str | None = None
    other_id: str | None = None
    calendar: Method | None = None
    facts: Facts = field(default_factory=Facts)
    once: str | None = None
    """Told at most once for all notifications of the tenant with the same text here."""
    read_at: datetime | None = None

    def read(self, now: datetime) -> "Notification":
        """As read; the first time counts."""
        return self if self.read_at is not None else replace(self, read_at=now, updated_at=now)


def news_for(
    told: Told,
    telling: Telling,
    data: Data,
    *,
    identifier: str,
    tenant: str,
    type_name: str,
    message_id: str,
    now: datetime,
    calendar: Method | None,
    once: str | None = None,
) -> Notification:
    """What one of those whom a message concerns is told of it; `data` is the message's."""
    return Notification(
        id=identifier,
        tenant=tenant,
        version=1,
        updated_at=now,
        created_at=now,
        member_id=told.member_id,
        type=type_name,
        message_id=message_id,
        subject=telling.subject,
        subject_id=telling.subject_id(data),
        about_id=data.get("id") or telling.subject_id(data),
        part=told.part,
        actor_id=telling.actor(data),
        other_id=told.other_id,
        calendar=calendar,
        facts=facts_of(data),
        once=once,
    )
