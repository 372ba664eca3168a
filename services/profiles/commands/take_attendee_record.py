"""An attendee record came: the member behind it is found or made, and told apart from who was meant before."""

import dataclasses
from datetime import timedelta

from services.profiles.commands.name_skills import name_skills
from services.profiles.commands.settle_people import settle_people
from services.profiles.domain.member import can_be_folded
from services.profiles.domain.registration import Registration, Told, lookups, moment, renewed, told_by, value_of
from services.profiles.store import Store
from services.profiles.store.registrations import registration_id
from shared.errors import Fault, Invalid
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction
from shared.telemetry import logs, metrics

FARTHEST_AHEAD = timedelta(minutes=5)
"""Of the broker's time: a source's clock may be wrong by this much."""

EARLIEST_YEAR = 1900
"""What our messages can say; a time of that year in its source's zone may lie before it in UTC."""

_log = logs.logger(__name__)


def take_published(transaction: Transaction, store: Store, message: Message) -> None:
    """`attendee.published.v1`. Raises Invalid where its address cannot be kept."""
    if message.data is None:
        return
    told = told_by(message.data)
    if told.email is not None and not can_be_folded(told.email):
        raise Invalid([Fault("/person/email", "The address is too long once case-folded.")])
    _take(transaction, store, message, dataclasses.replace(told, skills=name_skills(store, told.skills)))


def take_removed(transaction: Transaction, store: Store, message: Message) -> None:
    """`attendee.removed.v1`: the registration is nobody's."""
    _take(transaction, store, message, None)


def _take(transaction: Transaction, store: Store, message: Message, told: Told | None) -> None:
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
    if registration is not None:
        both = (told, None if before is None else before.told)
        settle_people(transaction, store, {key for each in both if each for key in each.keys}, registration)
