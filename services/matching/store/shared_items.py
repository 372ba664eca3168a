"""What people share: with a partner, or with everybody in a program."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.shared_item import Family, SharedItem
from services.matching.store.named import named_in
from shared.storage import Document, Index, Repository

COLLECTION = "shared_items"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("family", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("shared_by", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("shared_by_as", 1)), partial={"shared_by_as": {"$gt": ""}}, name="shared_by_as"),
)


class SharedItems(Repository[SharedItem]):
    """Resources, opportunities and announcements."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], SharedItem, "shared item")

    def delete(self, session: ClientSession, item: SharedItem) -> None:
        """It was never shared."""
        self.collection.delete_one({"_id": item.id, "tenant": item.tenant}, session=session)

    def by(self, tenant: str, member_id: str) -> Sequence[SharedItem]:
        """All that this member shared."""
        return self.page(tenant, {"shared_by": member_id}, limit=0)

    def made_by(self, session: ClientSession, tenant: str, makers: Collection[str]) -> Sequence[SharedItem]:
        """Those of who shared them by one of these ids, whoever that is now."""
        found = named_in(self, session, tenant, ("shared_by", "shared_by_as"), makers)
        return [each for each in found if (each.shared_by_as or each.shared_by) in makers]

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Deletes all that these members shared; how many there were."""
        where = {"tenant": tenant, "shared_by": {"$in": sorted(member_ids)}}
        return self.collection.delete_many(where, session=session).deleted_count


def shown_on(today: date, family: Family, program_id: str, mentorship_id: str | None) -> Mapping[str, Any]:
    """The filter of what is still shown, of a pair or of a whole program."""
    still = {"$or": [{"until": None}, {"until": {"$gte": today.isoformat()}}]}
    return {"program_id": program_id, "family": family.value, "mentorship_id": mentorship_id, **still}


def not_from(apart: Collection[str]) -> Mapping[str, Any]:
    """The filter of what is not of these members, unless they shared it for the association."""
    return {"$or": [{"by_staff": True}, {"shared_by": {"$nin": sorted(apart)}}]}
