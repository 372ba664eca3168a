"""Attendee records came: the members behind them are found or made, and told apart from who was meant before."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import timedelta

from services.profiles.commands.name_skills import name_skills
from services.profiles.commands.settle_people import settle_people
from services.profiles.domain.member import Key, can_be_folded
from services.profiles.domain.registration import Registration, Told, lookups, moment, renewed, told_by, value_of
from services.profiles.store import Store
from services.profiles.store.registrations import registration_id
from services.profiles.store.sources import place_of
from shared.errors import Fault, Invalid
from shared.messaging.envelope import Message
from shared.messaging.reactions import Caused
from shared.messaging.traces import traces_of
from shared.messaging.unit_of_work import Transaction
from shared.telemetry import logs, metrics

FARTHEST_AHEAD = timedelta(minutes=5)
"""Of the broker's time: a source's clock may be wrong by this much."""

WAITING = timedelta(days=7)
"""How long a record waits for its source to be admitted; events keeps one as long that waits for its event."""

EARLIEST_YEAR = 1900
"""What our messages can say; a time of that year in its source's zone may lie before it in UTC."""

_log = logs.logger(__name__)


def take_published(store: Store, messages: Sequence[Caused], *, strict: bool = False) -> None:
    """Each `attendee.published.v1`, in order; with `strict`, of sources that the tenant has configured only.

    Raises Invalid, before it did anything, where an address cannot be kept.
    """
    told = {id(message): _told(store, message) for _, message in messages}
    _take(store, messages, lambda message: told[id(message)], strict)


def take_removed(store: Store, messages: Sequence[Caused], *, strict: bool = False) -> None:
    """Each `attendee.removed.v1`: the registration is nobody's."""
    _take(store, messages, lambda _: None, strict)


def _told(store: Store, message: Message) -> Told:
    told = told_by(message.data or {})
    if told.email is not None and not can_be_folded(told.email):
        raise Invalid([Fault("/person/email", "The address is too long once case-folded.")])
    return dataclasses.replace(told, skills=name_skills(store, told.skills))


def _take(store: Store, messages: Sequence[Caused], told: Callable[[Message], Told | None], strict: bool) -> None:
    of_tenants: dict[str, list[Caused]] = {}
    for transaction, message in messages:
        of_tenants.setdefault(transaction.tenant, []).append((transaction, message))
    for of_tenant in of_tenants.values():
        taking = _Taking(store, of_tenant, strict)
        for transaction, message in of_tenant:
            taking.take(transaction, message, told(message))
        taking.settle()


class _Taking:
    """Records of one tenant, taken together: everybody they are about is settled once, as if they had come at once."""

    def __init__(self, store: Store, messages: Sequence[Caused], strict: bool) -> None:
        self._store = store
        self._strict = strict
        self._first = messages[0][0]
        ids = {_identifier(transaction, message) for transaction, message in messages}
        self._known = store.registrations.those(self._first.session, self._first.tenant, ids)
        traces = [traces_of(message.data or {}) for _, message in messages]
        self._erased = store.erasures.standing(self._first.session, self._first.tenant, traces)
        self._changed: dict[str, Registration] = {}
        self._keys: set[Key] = set()
        self._causes: dict[str, Transaction] = {}
        self._admits: dict[str, bool] = {}

    def take(self, transaction: Transaction, message: Message, told: Told | None) -> None:
        """Does nothing for a record that is not newer than what is known of the registration.

        Nor for one whose time cannot be right: its publisher is told so once, by events. Nor for one of somebody who
        was erased since.
        """
        data = message.data or {}
        said_at = moment(data)
        if said_at.year < EARLIEST_YEAR or said_at > (message.timestamp or transaction.now) + FARTHEST_AHEAD:
            metrics.BAD_MESSAGES_SKIPPED.labels(message.topic).inc()
            _log.info("record_with_impossible_time_skipped", offset=message.offset, partition=message.partition)
            return
        traces = traces_of(data)
        if self._erased.forbids(traces):
            return
        if told is not None and self._erased.forbids_buyer(traces):
            told = dataclasses.replace(told, buyer_email=None)
        identifier = _identifier(transaction, message)
        before = self._known.get(identifier)
        record = Registration(
            id=identifier,
            tenant=transaction.tenant,
            version=0,
            updated_at=transaction.now,
            source=data["source"],
            value=value_of(data),
            said_at=said_at,
            record_id=message.id,
            told=told,
            found_by=lookups(told),
            identifier_version=0 if traces.place is None else self._erased.version(traces.place),
        )
        registration = renewed(before, record)
        if registration is None:
            return
        # What was taken in once is followed for good; only who is new has to be let in.
        taken = before is not None and before.awaits is None
        place = place_of(data["source"], data["source_event_id"])
        if self._strict and not taken and not self._admitted(place):
            self._known[identifier] = _let_wait(transaction, self._store, registration, place)
            return
        self._known[identifier] = self._changed[identifier] = registration
        self._causes[identifier] = transaction
        self._keys |= {key for each in (told, before.told if before else None) if each for key in each.keys}

    def _admitted(self, place: str) -> bool:
        if place not in self._admits:
            self._admits[place] = self._store.sources.admits(self._first.tenant, place, self._first.session)
        return self._admits[place]

    def settle(self) -> None:
        """Finds out who everybody is."""
        if self._changed:
            settle_people(self._first, self._store, self._keys, self._changed.values(), self._causes)


def _identifier(transaction: Transaction, message: Message) -> str:
    data = message.data or {}
    return registration_id(transaction.tenant, data["source"], value_of(data))


def _let_wait(transaction: Transaction, store: Store, registration: Registration, place: str) -> Registration:
    """Keeps the newest record, for a while, as nobody's; returns it as it is kept.

    Who may be a stranger is told so by events; the source may also be configured, or named by an event, a moment later.
    """
    waiting = dataclasses.replace(
        registration, found_by=(), awaits=place, expire_at=transaction.now + WAITING, updated_at=transaction.now
    )
    (kept,) = store.registrations.put(transaction.session, [waiting])
    store.sources.wait(transaction.session, transaction.tenant, place)
    return kept
