"""What attendees said of whom they would like to meet."""

from collections.abc import Collection, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.wishes import Wishes
from shared.storage import Document, Repository

COLLECTION = "wishes"


class SaidWishes(Repository[Wishes]):
    """One document for each member and event who said anything."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Wishes, "wishes")

    def of_event(self, tenant: str, event_id: str, session: ClientSession | None = None) -> Sequence[Wishes]:
        """All that was said at the event."""
        return self.page(tenant, {"event_id": event_id}, limit=0, session=session)

    def times_said(self, tenant: str, event_id: str) -> int:
        """How often anything was said at the event, by all of them."""
        stages: list[Document] = [
            {"$match": {"tenant": tenant, "event_id": event_id}},
            {"$group": {"_id": None, "times": {"$sum": "$version"}}},
        ]
        return sum(each["times"] for each in self.collection.aggregate(stages, hint="times_of_event"))

    def versions(self, tenant: str, event_id: str) -> dict[str, int]:
        """By member, how often they said anything at the event: who has said something else is told by it."""
        where = {"tenant": tenant, "event_id": event_id}
        found = self.collection.find(where, {"_id": 0, "member_id": 1, "version": 1}, batch_size=100_000)
        return {each["member_id"]: each["version"] for each in found}

    def of_members(
        self,
        tenant: str,
        member_ids: Collection[str],
        event_id: str | None = None,
        session: ClientSession | None = None,
    ) -> Sequence[Wishes]:
        """All that these members said, at the event or at any."""
        where: Document = {"member_id": {"$in": sorted(member_ids)}}
        if event_id is not None:
            where["event_id"] = event_id
        return self.page(tenant, where, limit=0, session=session)

    def naming(self, tenant: str, member_ids: Collection[str], limit: int, session: ClientSession) -> Sequence[Wishes]:
        """Some of what anybody said of these members."""
        ids = {"$in": sorted(member_ids)}
        return self.page(tenant, {"$or": [{"wishes": ids}, {"no_thanks": ids}]}, limit=limit, session=session)

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Leaves nothing of what these members said; how much there was."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self.collection.delete_many(where, session=session).deleted_count
