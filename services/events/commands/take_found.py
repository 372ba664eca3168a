"""What was fetched from a source becomes records on the topic; what has not its form is refused, the rest goes on."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.events.commands.publish_record import publish_records, record_faults
from services.events.commands.remove_moved import WholeOrder, remove_moved
from services.events.domain.registration import Origin
from services.events.domain.source import Source, SourceKind
from services.events.hooks.reading import not_its_own
from services.events.sources import eventbrite, pretix
from services.events.store import Store
from shared.clock import parse_rfc3339, rfc3339
from shared.errors import Fault, listed
from shared.messaging.unit_of_work import Transaction

_NOT_ITS_OWN = (KeyError, ValueError, TypeError, AttributeError)


def take_found(transaction: Transaction, store: Store, source: Source, things: Sequence[Any]) -> None:
    """Publishes the records of orders (pretix: one each; Eventbrite: a list of attendees each).

    A single attendee of Eventbrite only names the order, which is fetched next: whether the profile is the attendee's
    or the buyer's shows in the whole order alone. What cannot be read, whose record breaks the contract, or what was
    bought in test mode, is in `GET /v1/rejections`, and stops no other. Registrations that an order has no longer are
    removed. Nothing is published of who was erased since.
    """
    whole: list[WholeOrder] = []
    sound: list[Mapping[str, Any]] = []
    for thing in things:
        if (path := _order_of(source, thing)) is not None:
            store.syncs.ask(transaction.session, transaction.tenant, source.id, path, transaction.now)
            continue
        try:
            records = _records(source, thing)
            if source.kind is SourceKind.PRETIX:
                whole.append(_whole(source, thing, records))
        except pretix.InTestMode as error:
            refuse(transaction, store, source, _name(thing), [Fault("/testmode", str(error))], thing, "test_mode")
            continue
        except _NOT_ITS_OWN as error:
            refuse(transaction, store, source, _name(thing), [not_its_own(source, error)], thing)
            continue
        for record in records:
            if faults := record_faults(record, transaction.now):
                refuse(transaction, store, source, str(record["source_registration_id"]), faults, record)
            else:
                sound.append(record)
    publish_records(transaction, store, sound)
    remove_moved(transaction, store, whole)


def _whole(source: Source, order: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> WholeOrder:
    start = Origin(source.name, order["event"], pretix.beginning(order))
    updated_at = rfc3339(parse_rfc3339(order["last_modified"]))
    return WholeOrder(start, frozenset(each["source_registration_id"] for each in records), updated_at)


def _order_of(source: Source, thing: Any) -> str | None:
    if source.kind is not SourceKind.EVENTBRITE or not isinstance(thing, Mapping):
        return None
    return eventbrite.order_path(str(thing.get("order_id")))


def refuse(
    transaction: Transaction,
    store: Store,
    source: Source,
    what: str,
    faults: Sequence[Fault],
    place: Any,
    reason: str = "invalid",
) -> None:
    """Keeps that this could not be taken, where its publisher finds it."""
    known = place if isinstance(place, Mapping) else {}
    store.refused.keep(
        transaction.session,
        transaction.tenant,
        source.name,
        f"fetched {what}",
        listed(faults),
        transaction.now,
        reason=reason,
        source_event_id=_word(known.get("source_event_id", known.get("event", known.get("event_id")))),
        source_registration_id=_word(known.get("source_registration_id", known.get("code", known.get("id")))),
    )


def things_in(source: Source, content: Any) -> Sequence[Any]:
    """The orders or attendees of an answer about one of them, those of one Eventbrite order together."""
    if source.kind is SourceKind.EVENTBRITE and isinstance(content, Mapping) and "attendees" in content:
        return [content["attendees"]]
    return [content]


def _records(source: Source, thing: Any) -> list[dict[str, Any]]:
    if source.kind is SourceKind.PRETIX:
        return pretix.attendee_records(thing, source.questions, source.name)
    several = thing if isinstance(thing, list) else [thing]
    return eventbrite.attendee_records(several, source.questions, source.name)


def _name(thing: Any) -> str:
    return str(thing.get("code", thing.get("id")))[:100] if isinstance(thing, Mapping) else "something"


def _word(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None
