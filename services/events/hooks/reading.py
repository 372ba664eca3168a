"""What a webhook says: records in full, or only where to ask, or nothing that concerns registrations."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.events.domain.source import Source, SourceKind, is_slug, split_address
from services.events.sources import cvent, eventbrite, pretix_api
from shared.errors import Fault

MOST_RECORDS = 500
_DELETED = "pretix.event.order.deleted"
_CODE = re.compile("[A-Za-z0-9]{1,40}")
_NOT_ITS_OWN = (KeyError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Said:
    """`records` with a pointer into the body each; `paths` to fetch; `faults` of the body as a whole.

    `delivery_id` is the sender's own id of the delivery, None where it gives none.
    """

    records: Sequence[tuple[str, Any]] = field(default_factory=tuple)
    paths: Sequence[str] = field(default_factory=tuple)
    faults: Sequence[Fault] = field(default_factory=tuple)
    delivery_id: str | None = None


def read(source: Source, body: Any) -> Said:
    """What the body says, by the source's kind. A fault is one that the same body has again: never raised, told."""
    if source.kind is SourceKind.GENERIC:
        return _generic(source, body)
    if not isinstance(body, Mapping):
        return Said(faults=[Fault("", "Must be an object.")])
    reader = {SourceKind.PRETIX: _pretix, SourceKind.EVENTBRITE: _eventbrite, SourceKind.CVENT: _cvent}[source.kind]
    return reader(source, body)


def _generic(source: Source, body: Any) -> Said:
    several = body if isinstance(body, list) else [body]
    if not several or len(several) > MOST_RECORDS:
        return Said(faults=[Fault("", f"Must be an attendee record, or a list of 1 to {MOST_RECORDS} of them.")])
    records = [(f"/{number}" if isinstance(body, list) else "", each) for number, each in enumerate(several)]
    strangers = [
        Fault(f"{pointer}/source", f"Must be {source.name}, the name of this source.")
        for pointer, each in records
        if isinstance(each, Mapping) and each.get("source", source.name) != source.name
    ]
    return Said(faults=strangers) if strangers else Said(records)


def _pretix(source: Source, body: Mapping[str, Any]) -> Said:
    delivery = body.get("notification_id")
    identifier = str(delivery) if isinstance(delivery, int | str) and str(delivery) else None
    organizer, event, code = (body.get(name) for name in ("organizer", "event", "code"))
    # Without a code: of a waiting list, a customer, an event. And pretix deletes only orders in test mode.
    if code is None or body.get("action") == _DELETED:
        return Said(delivery_id=identifier)
    if organizer != source.organizer or organizer is None:
        return Said(faults=[Fault("/organizer", f"Must be {source.organizer}, the organizer of this source.")])
    if not isinstance(code, str) or _CODE.fullmatch(code) is None:
        return Said(faults=[Fault("/code", "Is not the code of an order.")])
    if not isinstance(event, str) or not is_slug(event):
        return Said(faults=[Fault("/event", "Is not the short form of an event.")])
    return Said(paths=[pretix_api.order_path(organizer, event, code)], delivery_id=identifier)


def _eventbrite(source: Source, body: Mapping[str, Any]) -> Said:
    config = body.get("config")
    if isinstance(config, Mapping) and config.get("action") == "test":
        return Said()  # the dashboard's ping; its address is a placeholder
    url = body.get("api_url")
    if not isinstance(url, str):
        return Said(faults=[Fault("/api_url", "Is needed.")])
    given, own = split_address(url), split_address(source.base_url or "")
    if given is None or own is None or _origin(given) != _origin(own):
        return Said(faults=[Fault("/api_url", "Is not an address of this source's own system.")])
    found = eventbrite.named(given.path.removeprefix(own.path.rstrip("/")))
    return Said() if found is None else Said(paths=[found])


def _cvent(source: Source, body: Mapping[str, Any]) -> Said:
    stub = body.get("messageStub")
    identifier = stub.lower() if isinstance(stub, str) and stub else None
    try:
        if not cvent.tells_of_registrations(body):
            return Said(delivery_id=identifier)
        records = cvent.attendee_records(body, source.questions, source.name)
    except cvent.UnknownKind as error:
        return Said(faults=[Fault("/eventType", str(error))], delivery_id=identifier)
    except _NOT_ITS_OWN as error:
        return Said(faults=[not_its_own(source, error)], delivery_id=identifier)
    return Said([(f"/message/{number}", each) for number, each in enumerate(records)], delivery_id=identifier)


def not_its_own(source: Source, error: Exception) -> Fault:
    """The fault of what has not the form that the system documents; names the field where one is missing."""
    missing = f": {error.args[0]} is missing or not known" if isinstance(error, KeyError) and error.args else ""
    return Fault("", f"This has not the form that {source.kind} documents{str(missing)[:100]}.")


def _origin(parts: Any) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname.lower(), parts.port or {"http": 80, "https": 443}[parts.scheme]
