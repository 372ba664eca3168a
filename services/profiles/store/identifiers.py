"""Who holds which key: one document a key (it is the `_id`), which no two members can hold, and which outlives owners.

Writers that touch the same key, held or not, meet at its document: that is what keeps two of them from each making a
member of the same person.
"""

from collections.abc import Collection, Mapping

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.circle import Holding
from services.profiles.domain.member import Key
from shared.storage.client import Document

COLLECTION = "identifiers"


class Identifiers:
    """The keys of all members, except those of registrations."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def claim(self, session: ClientSession, tenant: str, keys: Collection[Key]) -> Mapping[Key, Holding]:
        """The holdings of the keys, claimed: of two transactions that claim one key, one runs again after the other."""
        if not keys:
            return {}
        claims = [
            UpdateOne(
                {"_id": _identifier(tenant, key)},
                {
                    "$inc": {"claims": 1},
                    "$setOnInsert": {"tenant": tenant, **key._asdict(), "member_id": None, "version": 0},
                },
                upsert=True,
            )
            for key in sorted(keys)
        ]
        self._collection.bulk_write(claims, ordered=True, session=session)
        wanted = {"_id": {"$in": [_identifier(tenant, key) for key in keys]}}
        found = self._collection.find(wanted, session=session)
        return {Key(each["issuer"], each["value"]): Holding(each["member_id"], each["version"]) for each in found}

    def holders(self, session: ClientSession, tenant: str, keys: Collection[Key]) -> Mapping[Key, str]:
        """Who holds each of the keys that somebody holds; nothing is claimed."""
        wanted = {"_id": {"$in": [_identifier(tenant, key) for key in keys]}, "member_id": {"$ne": None}}
        found = self._collection.find(wanted, session=session)
        return {Key(each["issuer"], each["value"]): str(each["member_id"]) for each in found}

    def save(self, session: ClientSession, tenant: str, holdings: Mapping[Key, Holding]) -> None:
        """Writes holdings that were claimed in this transaction."""
        changes = [
            UpdateOne(
                {"_id": _identifier(tenant, key)},
                {"$set": {"member_id": holding.member_id, "version": holding.version}},
            )
            for key, holding in sorted(holdings.items())
        ]
        if changes:
            self._collection.bulk_write(changes, session=session)

    def member_id(self, tenant: str, key: Key) -> str | None:
        """Who holds the key."""
        found = self._collection.find_one({"_id": _identifier(tenant, key)})
        return None if found is None else found["member_id"]


def _identifier(tenant: str, key: Key) -> str:
    return "\n".join((tenant, *key))
