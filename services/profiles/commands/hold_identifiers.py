"""A member takes and gives up keys: of two members who want one, the second is told."""

import dataclasses
from collections.abc import Collection, Mapping
from datetime import datetime

from services.profiles.domain.circle import Holding
from services.profiles.domain.member import EMAIL, Identifier, Key, Member
from services.profiles.store import Store
from shared.errors import Conflict
from shared.messaging.unit_of_work import Transaction


def hold_identifiers(
    transaction: Transaction,
    store: Store,
    member: Member,
    keys: Collection[Key],
    as_of: Mapping[Key, datetime | None],
) -> Member:
    """The member, not written yet, with exactly these keys beside those of registrations.

    `as_of` is when the issuers said so, where that is known. Raises Conflict where another member has one of the keys.
    """
    wanted = set(keys)
    known = {identifier.key: identifier for identifier in member.identifiers if not identifier.of_registration}
    holdings = store.identifiers.claim(transaction.session, transaction.tenant, wanted ^ known.keys())
    changed: dict[Key, Holding] = {}
    for key, holding in holdings.items():
        if key not in wanted:
            changed[key] = Holding(None, holding.version)
        elif holding.member_id is not None:
            raise Conflict(_taken(key))
        else:
            changed[key] = Holding(member.id, holding.version + 1)
    store.identifiers.save(transaction.session, transaction.tenant, changed)
    own = [
        known.get(key) or Identifier(*key, as_of.get(key) or transaction.now, changed[key].version)
        for key in sorted(wanted)
    ]
    tickets = (identifier for identifier in member.identifiers if identifier.of_registration)
    return dataclasses.replace(member, identifiers=(*own, *tickets))


def _taken(key: Key) -> str:
    what = "e-mail address" if key.issuer == EMAIL else f"identifier {key.value} of {key.issuer}"
    return f"The {what} is another member's."
