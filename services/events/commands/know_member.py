"""Members are announced: names for the desk, identifiers that link registrations to the member."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from services.events.commands.settle_merge import settle_each
from services.events.commands.settle_registration import Settlement
from services.events.domain.identifier import Identifier
from services.events.domain.registration import Registration
from services.events.store import Store
from shared.messaging.envelope import Message
from shared.messaging.unit_of_work import Transaction
from shared.storage import Document

Caused = tuple[Transaction, Message]
"""A message, and the transaction on behalf of it."""


def know_members(store: Store, messages: Sequence[Caused]) -> None:
    """Follows `members.v1`, in order.

    Tickets go to whoever has their identifier; the one who had it loses them. What was registered here, and meetings,
    go to whoever their member is merged into, and come back. Who is not there any more, erased or merged, has no
    private calendar.
    """
    for there, neighbors in _runs(messages):
        learned, others_now = _keep(store, neighbors, there)
        if there:
            _link(store, neighbors, learned)
        settle_each(neighbors[0][0], store, others_now)
        for transaction, message in neighbors:
            if not there:
                store.calendars.revoke(transaction.session, transaction.tenant, message.key)
            if message.data is None:
                store.registrations.make_nameless(
                    transaction.session, transaction.tenant, member_ids=[message.key], until=message.time
                )


def keep_members(store: Store, messages: Sequence[Caused]) -> None:
    """The copy alone: names, identifiers, and who was merged into whom."""
    for there, neighbors in _runs(messages):
        _keep(store, neighbors, there)


def _runs(messages: Sequence[Caused]) -> Iterator[tuple[bool, list[Caused]]]:
    """Neighbors of one tenant, of whom all are there or none is."""
    for (_, there), neighbors in groupby(messages, key=lambda each: (each[0].tenant, _is_there(each[1].data))):
        yield there, list(neighbors)


def _is_there(data: Mapping[str, Any] | None) -> bool:
    """Whether the message says what a member is, and not that there is none any more."""
    return data is not None and "merged_into" not in data


def _keep(store: Store, messages: Sequence[Caused], there: bool) -> tuple[list[list[Identifier]], list[str]]:
    """Keeps what the messages say; of each the identifiers that are new, and who may be another one now than before."""
    transaction = messages[0][0]
    session, tenant = transaction.session, transaction.tenant
    if not there:
        for _, message in messages:
            if message.data is None:
                store.people.forget(session, tenant, message.key)
                store.merges.forget(session, tenant, [message.key])
            else:
                store.merges.learn(session, tenant, message.key, message.data["merged_into"])
                # The survivor's own message brings the identifiers, with their versions raised.
                store.people.forget_name(session, tenant, message.key)
                store.people.learn(session, tenant, [(message.key, ())])
        return [[] for _ in messages], [message.key for _, message in messages if message.data is not None]
    states = [(message.key, message.data or {}) for _, message in messages]
    ids = [member_id for member_id, _ in states]
    back = store.merges.forget(session, tenant, ids)
    store.people.keep_names(
        session,
        tenant,
        {member_id: f"{data['given_name']} {data['family_name']}".strip() for member_id, data in states},
        {member_id: data.get("groups") or () for member_id, data in states},
        hidden={member_id for member_id, data in states if _hides_name(data)},
        profiles={member_id: _fits_by(data) for member_id, data in states},
    )
    learned = store.people.learn(session, tenant, [(member_id, _identifiers(data)) for member_id, data in states])
    return learned, ids if back else []


def _fits_by(data: Mapping[str, Any]) -> Document:
    """The skills of either side, as taxonomy ids or folded labels, and the industry: what schedules go by."""

    def skills(side: str) -> list[str]:
        theirs = (each for each in data.get("skills") or () if each["side"] == side)
        return sorted({each.get("id") or each["label"].casefold() for each in theirs})

    industry = data.get("industry")
    return {
        "offers": skills("offers"),
        "seeks": skills("seeks"),
        "industry": None if industry is None else industry.casefold(),
    }


def _hides_name(data: Mapping[str, Any]) -> bool:
    """Whether other members never read the name; the desk does."""
    return (data.get("visibility") or {}).get("name") == "nobody"


def _link(store: Store, messages: Sequence[Caused], learned: Sequence[Sequence[Identifier]]) -> None:
    transaction = messages[0][0]
    session, tenant = transaction.session, transaction.tenant
    everything = [each for identifiers in learned for each in identifiers]
    found: dict[str, Registration] = {}
    places: dict[tuple[str, str], list[str]] = {}
    for registration in store.registrations.with_identifiers(tenant, everything, session):
        if (origin := registration.origin) is not None:
            found[registration.id] = registration
            places.setdefault((origin.source, origin.identifier), []).append(registration.id)
    settlement = Settlement(transaction, store)
    for (caused, message), identifiers in zip(messages, learned, strict=True):
        for identifier in identifiers:
            for registration_id in places.get((identifier.issuer, identifier.value), ()):
                before = found[registration_id]
                if before.member_id != message.key:
                    linked = replace(before, member_id=message.key, updated_at=caused.now)
                    found[registration_id] = settlement.change(caused, before, linked)
    settlement.write()


def _identifiers(data: Mapping[str, Any]) -> list[Identifier]:
    return [
        Identifier(each["issuer"], each["value"], each.get("version") or 1) for each in data.get("identifiers") or ()
    ]
