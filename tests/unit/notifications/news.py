"""Notifications made as the service makes them, from the contract's own examples, and a small world to name them by."""

from datetime import UTC, datetime
from typing import Any

from services.notifications.domain.catalog import EVENT_CANCELLED, EVENT_UPDATED, TELLINGS
from services.notifications.domain.copies import Event, Person, Program
from services.notifications.domain.facts import Facts
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification, news_for
from services.notifications.domain.telling import Subject
from shared.calendar import Method
from shared.contracts import registry
from shared.contracts.example import examples_of
from shared.contracts.message_type import PREFIX

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ADA = "019ab000-7c1e-7b5e-9c55-0000000000a1"
BEN = "019ab000-7c1e-7b5e-9c55-0000000000a2"
CLEO = "019ab000-7c1e-7b5e-9c55-0000000000a4"
"""To whom Ben would introduce Ada."""
SUMMIT = "019ab001-7c1e-7b5e-9c55-0000000000e1"
BREAKFAST = "019ab001-7c1e-7b5e-9c55-0000000000e2"
PROGRAM = "019ab002-7c1e-7b5e-9c55-0000000000b1"
NOTIFICATION = "019ab00e-7c1e-7b5e-9c55-000000000096"

NOTHING = Known({}, {}, {})


def person(identifier: str, given_name: str, family_name: str, **more: Any) -> Person:
    return Person(
        identifier, "acme", 1, NOW, given_name, family_name, **{"email": f"{given_name.lower()}@example.org"} | more
    )


def event(identifier: str, name: str, zone: str) -> Event:
    return Event(
        identifier,
        "acme",
        3,
        NOW,
        name,
        datetime(2026, 5, 4, 7, tzinfo=UTC),
        datetime(2026, 5, 6, 16, tzinfo=UTC),
        zone,
        "Congress Center, Milan",
        cancelled=False,
    )


def world(ada: Person | None = None, ben: Person | None = None, program_format: str = "one_to_one") -> Known:
    people = [ada or person(ADA, "Ada", "Okafor"), ben or person(BEN, "Ben", "Lindqvist")]
    events = [event(SUMMIT, "Annual Summit", "Europe/Rome"), event(BREAKFAST, "Breakfast", "America/Santiago")]
    dates = ("2026-05-04", "2026-11-30")
    programs = [Program(PROGRAM, "acme", 1, NOW, "Summit mentoring 2026", *dates, program_format)]
    return Known(
        people={one.id: one for one in people},
        events={one.id: one for one in events},
        programs={one.id: one for one in programs},
    )


def examples(type_name: str) -> dict[str, dict[str, Any]]:
    found = examples_of(registry.get(type_name))
    return {example.name: example.data for example in found if example.data is not None}


def notifications(type_name: str, data: dict[str, Any]) -> list[Notification]:
    telling = TELLINGS[type_name]
    return [
        news_for(
            told,
            telling,
            data,
            identifier=NOTIFICATION,
            tenant="acme",
            type_name=f"{PREFIX}{type_name}",
            message_id="m",
            now=NOW,
            calendar=telling.calendar(data),
        )
        for told in telling.told(data)
    ]


def one(type_name: str, member_id: str = ADA, example: str | None = None, **changes: Any) -> Notification:
    """The one for this member, of an example (the first, if none is named)."""
    found = examples(type_name)
    data = found[example] if example else next(iter(found.values()))
    [notification] = [each for each in notifications(type_name, data | changes) if each.member_id == member_id]
    return notification


def event_called_off(type_name: str = EVENT_CANCELLED, calendar: Method = Method.CANCEL) -> Notification:
    return Notification(
        id=NOTIFICATION,
        tenant="acme",
        version=1,
        updated_at=NOW,
        created_at=NOW,
        member_id=ADA,
        type=f"{PREFIX}{type_name}",
        message_id="m",
        subject=Subject.EVENT,
        subject_id=SUMMIT,
        about_id=SUMMIT,
        calendar=calendar,
        facts=Facts(event_id=SUMMIT, sequence=2),
    )


def event_moved() -> Notification:
    return event_called_off(EVENT_UPDATED, Method.REQUEST)


def all_news() -> dict[str, Notification]:
    """Every notification that any example of any type in the table leads to, by what it is."""
    found = {
        f"{type_name}/{name}/{each.part}": each
        for type_name in TELLINGS
        for name, data in examples(type_name).items()
        for each in notifications(type_name, data)
    }
    return found | {EVENT_CANCELLED: event_called_off(), EVENT_UPDATED: event_moved()}
