"""Secret addresses of the pages of speed rounds, for screens and printers, which have no token.

Of the address's secret part only the hash is kept.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage import Document, Index

COLLECTION = "round_links"
INDEXES = (Index(COLLECTION, (("series_id", 1), ("kind", 1)), unique=True, name="one_of_a_kind"),)


@dataclass(frozen=True, slots=True)
class RoundLink:
    """What an address leads to; `kind` says to which pages."""

    tenant: str
    series_id: str
    kind: str


class RoundLinks:
    """At most one of a kind for a series, by a unique index."""

    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def issue(self, session: ClientSession, link: RoundLink, event_id: str, token: str, now: datetime) -> None:
        """Lets the token lead there, and no other any more.

        Raises pymongo's DuplicateKeyError where another one is issued at the same moment.
        """
        self.revoke(session, link)
        issued = {
            "_id": _hash(token),
            "tenant": link.tenant,
            "event_id": event_id,
            "series_id": link.series_id,
            "kind": link.kind,
            "created_at": now,
        }
        self._collection.insert_one(issued, session=session)

    def revoke(self, session: ClientSession, link: RoundLink) -> None:
        """Leaves the series no address of this kind, whether there was one or not."""
        where = {"tenant": link.tenant, "series_id": link.series_id, "kind": link.kind}
        self._collection.delete_one(where, session=session)

    def leads_to(self, token: str) -> RoundLink | None:
        """Where the address leads; None for a token that is unknown or revoked."""
        found = self._collection.find_one({"_id": _hash(token)})
        return None if found is None else RoundLink(found["tenant"], found["series_id"], found["kind"])


def _hash(token: str) -> str:
    """Without a salt: a token is random and as long as the hash is wide, so there is nothing to guess."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
