"""What events knows of members: their names for the desk, and the identifiers that tickets are linked by."""

import re
from collections.abc import Collection as Many
from collections.abc import Iterable, Sequence

from pymongo import ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.identifier import Identifier
from shared.storage import Document

MEMBERS = "members"
IDENTIFIERS = "identifiers"

_MOST_FOUND = 500
_EMAIL = "email"


class People:
    """A projection of `members.v1`."""

    def __init__(self, database: Database[Document]) -> None:
        self._members = database[MEMBERS]
        self._identifiers = database[IDENTIFIERS]

    def keep_name(self, session: ClientSession, tenant: str, member_id: str, name: str) -> None:
        """Keeps the member's name, nothing else of the profile."""
        self._members.update_one(
            {"_id": member_id},
            {"$set": {"tenant": tenant, "name": name, "search": name.casefold()}},
            upsert=True,
            session=session,
        )

    def forget(self, session: ClientSession, tenant: str, member_id: str) -> None:
        """Forgets the name and all identifiers."""
        self.forget_name(session, tenant, member_id)
        self._identifiers.delete_many({"tenant": tenant, "member_id": member_id}, session=session)

    def forget_name(self, session: ClientSession, tenant: str, member_id: str) -> None:
        """Forgets the name alone."""
        self._members.delete_one({"_id": member_id, "tenant": tenant}, session=session)

    def names(self, tenant: str, member_ids: Many[str], session: ClientSession | None = None) -> dict[str, str]:
        """The names of those that are known."""
        found = self._members.find({"_id": {"$in": list(member_ids)}, "tenant": tenant}, session=session)
        return {document["_id"]: document["name"] for document in found}

    def matching(self, tenant: str, text: str) -> Sequence[str]:
        """The ids of up to 500 members with the text in their name."""
        where = {"tenant": tenant, "search": {"$regex": re.escape(text.casefold())}}
        return [document["_id"] for document in self._members.find(where, {"_id": 1}).limit(_MOST_FOUND)]

    def await_owner(self, session: ClientSession, tenant: str, issuer: str, value: str) -> str | None:
        """Whose the identifier is, None while unknown.

        A write in any case: whoever learns the owner at the same moment conflicts with it, so that a registration and
        its member cannot pass each other.
        """
        found = self._identifiers.find_one_and_update(
            {"_id": _key(tenant, issuer, value)},
            {
                "$setOnInsert": {"tenant": tenant, "issuer": issuer, "value": value, "member_id": None, "version": 0},
                "$inc": {"awaited": 1},
            },
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return None if found is None else found["member_id"]

    def learn(
        self, session: ClientSession, tenant: str, member_id: str, identifiers: Iterable[Identifier]
    ) -> list[Identifier]:
        """Keeps those that are newer than what is known and returns them; others are the member's no longer.

        Addresses are not kept. What the member gave up keeps its version, so that whoever had it before cannot get it
        back by a message that comes late.
        """
        wanted = {_key(tenant, each.issuer, each.value): each for each in identifiers if each.issuer != _EMAIL}
        self._identifiers.update_many(
            {"tenant": tenant, "member_id": member_id, "_id": {"$nin": list(wanted)}},
            {"$set": {"member_id": None}},
            session=session,
        )
        found = self._identifiers.find({"_id": {"$in": list(wanted)}}, session=session)
        known = {document["_id"]: document["version"] for document in found}
        newer = {key: each for key, each in wanted.items() if each.version > known.get(key, -1)}
        updates = [
            UpdateOne(
                {"_id": key},
                {
                    "$set": {"member_id": member_id, "version": each.version},
                    "$setOnInsert": {"tenant": tenant, "issuer": each.issuer, "value": each.value},
                },
                upsert=True,
            )
            for key, each in newer.items()
        ]
        if updates:
            self._identifiers.bulk_write(updates, session=session)
        return list(newer.values())

    def owner(self, tenant: str, issuer: str, value: str) -> str | None:
        """The member with this identifier, None where nobody has it."""
        found = self._identifiers.find_one({"_id": _key(tenant, issuer, value)})
        return None if found is None else found["member_id"]


def _key(tenant: str, issuer: str, value: str) -> str:
    return f"{tenant}\n{issuer}\n{value}"
