"""Who blocks whom: one document a direction, so that lifting one leaves the other's."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.block import Block
from services.matching.store.named import named_in
from shared.storage import Document, Index, Repository

COLLECTION = "blocks"

_COUNTS: Mapping[str, Any] = {"counts": True}

INDEXES = (
    Index(
        COLLECTION, (("tenant", 1), ("by_id", 1), ("member_id", 1)), unique=True, partial=_COUNTS, name="one_direction"
    ),
    Index(COLLECTION, (("tenant", 1), ("made_by", 1), ("_id", 1)), name="made_by"),
    Index(COLLECTION, (("tenant", 1), ("made_of", 1)), name="made_of"),
)


class Blocks(Repository[Block]):
    """Whether two are kept apart is the pair's to say; these say by whom."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Block, "block")

    def of(self, session: ClientSession, tenant: str, by_id: str, member_id: str) -> Block | None:
        """The one by which the first blocks the second."""
        return self.find_where(tenant, {"by_id": by_id, "member_id": member_id, **_COUNTS}, session)

    def lift(self, session: ClientSession, tenant: str, by_id: str, member_id: str) -> int:
        """Removes the first one's, also those that a merge has hidden behind it; how many."""
        where = {"tenant": tenant, "by_id": by_id, "member_id": member_id}
        return self.collection.delete_many(where, session=session).deleted_count

    def holds(self, session: ClientSession, tenant: str, one: str, other: str) -> bool:
        """Whether either of the two blocks the other."""
        return any(self.of(session, tenant, *pair) for pair in ((one, other), (other, one)))

    def naming(self, session: ClientSession, tenant: str, members: Collection[str]) -> Sequence[Block]:
        """All that were made by, or of, one of these ids."""
        return named_in(self, session, tenant, ("made_by", "made_of"), members)

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Removes those in which one of these was named, by any id; how many."""
        gone = [each.id for each in self.naming(session, tenant, member_ids)]
        return self.collection.delete_many({"tenant": tenant, "_id": {"$in": gone}}, session=session).deleted_count


def shown_to(member_id: str) -> Mapping[str, Any]:
    """The filter of what a member may know of: their own alone."""
    return {"by_id": member_id, **_COUNTS}
