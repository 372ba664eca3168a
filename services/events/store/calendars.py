"""Private calendars: whose feed an address shows. Of the address's secret part only the hash is kept."""

import hashlib
from collections.abc import Collection as Many
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from shared.storage import Document


class Calendars:
    """By the hash of the token; at most one for a member, by a unique index."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def issue(self, session: ClientSession, tenant: str, member_id: str, token: str, now: datetime) -> None:
        """Lets the token show the member's feed, and no other any more.

        Raises pymongo's DuplicateKeyError where another one is issued to the member at the same moment.
        """
        self.revoke(session, tenant, member_id)
        issued = {"_id": _hash(token), "tenant": tenant, "member_id": member_id, "created_at": now}
        self._collection.insert_one(issued, session=session)

    def revoke(self, session: ClientSession, tenant: str, member_id: str) -> None:
        """Leaves the member no token, whether there was one or not."""
        self._collection.delete_one({"tenant": tenant, "member_id": member_id}, session=session)

    def owner(self, token: str) -> tuple[str, str] | None:
        """The tenant and the member whose feed it shows; None for a token that is unknown or revoked."""
        found = self._collection.find_one({"_id": _hash(token)})
        return None if found is None else (found["tenant"], found["member_id"])

    def of_members(self, tenant: str, member_ids: Many[str]) -> list[Document]:
        """Since when these members have a private calendar; never by which address."""
        found = self._collection.find({"tenant": tenant, "member_id": {"$in": sorted(member_ids)}})
        return [{"created_at": document["created_at"]} for document in found]


def _hash(token: str) -> str:
    """Without a salt: a token is random and as long as the hash is wide, so there is nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
