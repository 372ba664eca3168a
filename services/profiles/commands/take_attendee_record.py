"""An attendee record came: the member behind it is found or made, and told apart from who was meant before."""

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.profiles.commands.name_skills import name_skills
from services.profiles.commands.settle_people import settle_people
from services.profiles.domain.member import can_be_folded
from services.profiles.domain.registration import Registration, Told, lookups, moment, renewed, told_by, value_of
from services.profiles.store import Store
from services.profiles.store.registrations import registration_id
from services.profiles.store.sources import place_of
from shared.errors import Fault, Invalid
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction
from shared.telemetry import logs, metrics

FARTHEST_AHEAD = timedelta(minutes=5)
"""Of the broker's time: a source's clock may be wrong by this much."""

WAITING = timedelta(days=7)
"""How long a record waits for its source to be admitted; events keeps one as long that waits for its event."""

EARLIEST_YEAR = 1900
"""What our messages can say; a time of that year in its source's zone may lie before it in UTC."""

_log = logs.logger(__name__)


def take_published(transaction: Transaction, store: Store, message: Message, *, strict: bool = False) -> None:
    """`attendee.published.v1`; with `strict`, of sources that the tenant has configured only.

    Raises Invalid where its address cannot be kept.
    """
    if message.data is None:
        return
    told = told_by(message.data)
    if told.email is not None and not can_be_folded(told.email):
        raise Invalid([Fault("/person/email", "The address is too long once case-folded.")])
    _take(transaction, store, message, dataclasses.replace(told, skills=name_skills(store, told.skills)), strict)


def take_removed(transaction: Transaction, store: Store, message: Message, *, strict: bool = False) -> None:
    """`attendee.removed.v1`: the registration is nobody's."""
    _take(transaction, store, message, None, strict)


def _take(transaction: Transaction, store: Store, message: Message, told: Told | None, strict: bool) -> None:
    """Does nothing for a record that is not newer than what is known of the registration.

    Nor for one whose time cannot be right: its publisher is told so once, by events.
    """
    data = message.data or {}
    said_at = moment(data)
    if said_at.year < EARLIEST_YEAR or said_at > (message.timestamp or transaction.now) + FARTHEST_AHEAD:
        metrics.BAD_MESSAGES_SKIPPED.labels(message.topic).inc()
        _log.info("record_with_impossible_time_skipped", offset=message.offset, partition=message.partition)
        return
    source, value = data["source"], value_of(data)
    identifier = registration_id(transaction.tenant, source, value)
    before = store.registrations.find(transaction.tenant, identifier, transaction.session)
    record = Registration(
        id=identifier,
        tenant=transaction.tenant,
        version=0,
        updated_at=transaction.now,
        source=source,
        value=value,
        said_at=said_at,
        record_id=message.id,
        told=told,
        found_by=lookups(told),
    )
    registration = renewed(before, record)
    if registration is None:
        return
    # What was taken in once is followed for good; only who is new has to be let in.
    known = before is not None and before.awaits is None
    if strict and not known and not _admitted(transaction, store, data):
        _let_wait(transaction, store, registration, place_of(source, data["source_event_id"]))
    else:
        both = (told, None if before is None else before.told)
        settle_people(transaction, store, {key for each in both if each for key in each.keys}, registration)


def _admitted(transaction: Transaction, store: Store, data: Mapping[str, Any]) -> bool:
    place = place_of(data["source"], data["source_event_id"])
    return store.sources.admits(transaction.tenant, place, transaction.session)


def _let_wait(transaction: Transaction, store: Store, registration: Registration, place: str) -> None:
    """Keeps the newest record, for a while, as nobody's.

    Who may be a stranger is told so by events; the source may also be configured, or named by an event, a moment later.
    """
    waiting = dataclasses.replace(
        registration, found_by=(), awaits=place, expire_at=transaction.now + WAITING, updated_at=transaction.now
    )
    store.registrations.put(transaction.session, waiting)
    store.sources.wait(transaction.session, transaction.tenant, place)
