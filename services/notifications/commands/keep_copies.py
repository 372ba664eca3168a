"""Members, events, programs and the association changed elsewhere: the copies follow."""

import re

from services.notifications.commands.tell_registered import announce_news
from services.notifications.domain.copies import Association, Event, Person, Program
from services.notifications.domain.preferences import NUMBERS
from services.notifications.store import Store
from shared.clock import parse_rfc3339
from shared.contracts.defaults import known_numbers
from shared.contracts.sign_in import sign_ins
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction

_COLOR = re.compile("#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")


def follow_person(transaction: Transaction, store: Store, message: Message) -> None:
    """A member changed; of one erased nothing of what they were told is left either."""
    if message.data is None:
        store.forget_member(transaction.session, transaction.tenant, message.key)
    keep_person(transaction, store, message)


def keep_person(transaction: Transaction, store: Store, message: Message) -> None:
    """Contact and name of a member; of one merged away, into whom; of one erased, that there was one."""
    data = message.data or {}
    person = Person(
        id=message.key,
        tenant=transaction.tenant,
        version=message.version or 0,
        updated_at=transaction.now,
        given_name=data.get("given_name") or "",
        family_name=data.get("family_name") or "",
        email=data.get("email"),
        locale=data.get("locale"),
        time_zone=data.get("time_zone"),
        merged_into=data.get("merged_into"),
        sign_ins=sign_ins(data),
        name_is_hidden=(data.get("visibility") or {}).get("name") == "nobody",
    )
    store.people.keep(transaction.session, person)


def follow_event(transaction: Transaction, store: Store, message: Message) -> None:
    """An event changed; one that moved, or is first heard to be called off, the registered are told of."""
    known = store.events.find(transaction.tenant, message.key, transaction.session)
    event = keep_event(transaction, store, message)
    called_off = event.cancelled and (known is None or not known.cancelled)
    moved = not event.cancelled and known is not None and event.moved_from(known)
    if called_off or moved:
        announce_news(transaction, store, event, message.id, (message.data or {}).get("reason"))


def keep_event(transaction: Transaction, store: Store, message: Message) -> Event:
    """The copy of an event, as it is kept now."""
    data = message.data or {}
    event = Event(
        id=message.key,
        tenant=transaction.tenant,
        version=message.version or 0,
        updated_at=transaction.now,
        name=data["name"],
        starts_at=parse_rfc3339(data["starts_at"]),
        ends_at=parse_rfc3339(data["ends_at"]),
        time_zone=data["time_zone"],
        place=data.get("place"),
        cancelled=data["state"] == "cancelled",
    )
    store.events.keep(transaction.session, event)
    return event


def keep_program(transaction: Transaction, store: Store, message: Message) -> None:
    """A program's name, dates and format."""
    data = message.data or {}
    program = Program(
        id=message.key,
        tenant=transaction.tenant,
        version=message.version or 0,
        updated_at=transaction.now,
        name=data["name"],
        starts_on=data.get("starts_on"),
        ends_on=data.get("ends_on"),
        format=data["format"],
    )
    store.programs.keep(transaction.session, program)


def keep_association(transaction: Transaction, store: Store, message: Message) -> None:
    """What the association is called and how its mails look."""
    data = message.data or {}
    primary, logo = (data.get("colors") or {}).get("primary") or "", data.get("logo") or ""
    association = Association(
        id=message.key,
        tenant=transaction.tenant,
        version=message.version or 0,
        updated_at=transaction.now,
        name=data["name"],
        # Both stand in a page's markup: the message's schema says less of them than that takes.
        primary=primary if _COLOR.fullmatch(primary) else None,
        logo=logo if logo.startswith("https://") else None,
        reply_to=data.get("reply_to"),
        locale=data.get("locale"),
        time_zone=data.get("time_zone"),
        numbers={name: number for name, number in known_numbers(data.get("defaults") or {}).items() if name in NUMBERS},
    )
    store.associations.keep(transaction.session, association)
