"""A notification to look at: made of an example of the contract, among people and things made up for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.notifications.domain.catalog import CATALOG, EVENT_CANCELLED, EVENT_UPDATED
from services.notifications.domain.copies import Association, Event, Person, Program
from services.notifications.domain.facts import Data
from services.notifications.domain.known import Known
from services.notifications.domain.notification import Notification, news_for
from services.notifications.domain.telling import Part, Told
from shared.calendar import Method
from shared.contracts import registry
from shared.contracts.example import Example, examples_of
from shared.contracts.message_type import PREFIX

NOW = datetime(2026, 5, 4, 7, tzinfo=UTC)
_TENANT = "preview"
_ID = "019ab000-7c1e-7b5e-9c55-0000000000ff"
_ZONE = "Europe/Rome"
_EVERYBODY = "019ab000-7c1e-7b5e-9c55-0000000000fe"
_PAGE_BY_PAGE = {EVENT_CANCELLED: Method.CANCEL, EVENT_UPDATED: Method.REQUEST}
"""What those who are told page by page find in the calendar part."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """What the service would know when it writes `notification` to `reader`."""

    notification: Notification
    known: Known
    reader: Person


def examples(type_name: str) -> Sequence[Example]:
    """The examples of a type of the catalog that somebody is told of; the first says it best."""
    found = [each for each in examples_of(registry.get(type_name)) if each.data is not None]
    return sorted(found, key=lambda each: not _told(type_name, each.data or {}))


def specimen(type_name: str, example: Example, language: str) -> Specimen:
    """What the first of those whom the example concerns is told, in that language."""
    data: Data = example.data or {}
    if type_name in _PAGE_BY_PAGE:
        data = {**data, "event_id": data["id"]}
    telling = CATALOG[type_name]
    told = next(iter(_told(type_name, data)), Told(_EVERYBODY, Part.MEMBER))
    notification = news_for(
        told,
        telling,
        data,
        identifier=_ID,
        tenant=_TENANT,
        type_name=f"{PREFIX}{type_name}",
        message_id=_ID,
        now=NOW,
        calendar=_PAGE_BY_PAGE.get(type_name, telling.calendar(data)),
    )
    reader = _person(told.member_id, "Ada", "Okafor", language)
    return Specimen(notification, _known(notification, reader), reader)


def _told(type_name: str, data: Data) -> Sequence[Told]:
    return CATALOG[type_name].told(data)


def _known(notification: Notification, reader: Person) -> Known:
    facts = notification.facts
    people = {reader.id: reader}
    if notification.other_id is not None:
        people[notification.other_id] = _person(notification.other_id, "Ben", "Lindqvist", None)
    return Known(
        people=people,
        events={} if facts.event_id is None else {facts.event_id: _event(facts.event_id)},
        programs={} if facts.program_id is None else {facts.program_id: _program(facts.program_id)},
        association=Association(
            _TENANT, _TENANT, 1, NOW, "Guild of Navigators", reply_to="office@example.org", time_zone=_ZONE
        ),
    )


def _person(identifier: str, given_name: str, family_name: str, locale: str | None) -> Person:
    address = f"{given_name.lower()}@example.org"
    return Person(identifier, _TENANT, 1, NOW, given_name, family_name, address, locale, _ZONE)


def _event(identifier: str) -> Event:
    ends_at = NOW + timedelta(days=2)
    return Event(identifier, _TENANT, 1, NOW, "Annual Summit", NOW, ends_at, _ZONE, "Congress Center", cancelled=False)


def _program(identifier: str) -> Program:
    return Program(identifier, _TENANT, 1, NOW, "Spring Mentoring", "2026-05-04", "2026-11-30", "one_to_one")
