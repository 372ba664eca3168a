"""Series of speed rounds; one with a `due_at` waits for a worker."""

from collections.abc import Collection, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.round_series import OUT, TAKING_TIME, RoundSeries, SeriesState
from shared.storage import Document, Index, Repository

COLLECTION = "round_series"
INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("event_id", 1), ("_id", 1)), name="of_event"),
    Index(COLLECTION, (("due_at", 1),), name="due"),
)

_OUT = [state.value for state in OUT]


class SeriesOfRounds(Repository[RoundSeries]):
    """By id, and by event."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], RoundSeries, "series of rounds")

    def of_event(
        self,
        tenant: str,
        event_id: str,
        *,
        published: bool = False,
        limit: int = 0,
        after: str | None = None,
        session: ClientSession | None = None,
    ) -> Sequence[RoundSeries]:
        """Those of the event, in order of their making; `published`: only those that people were told of."""
        where: Document = {"event_id": event_id} | ({"state": {"$in": _OUT}} if published else {})
        return self.page(tenant, where, limit=limit, after=after, session=session)

    def plans_beside(self, tenant: str, event_id: str, series_id: str) -> Sequence[tuple[str, int]]:
        """The other series of the event that people were told of, in order of their making, each with its plan."""
        where = {"tenant": tenant, "event_id": event_id, "_id": {"$ne": series_id}, "state": {"$in": _OUT}}
        found = self.collection.find(where, {"plan_version": 1}).sort("_id", 1)
        return [(each["_id"], each["plan_version"]) for each in found]

    def taking_time(self, session: ClientSession, tenant: str, event_id: str) -> Sequence[RoundSeries]:
        """Those of the event that others must not overlap."""
        where = {"event_id": event_id, "state": {"$in": [state.value for state in TAKING_TIME]}}
        return self.page(tenant, where, limit=0, session=session)

    def being_planned(self, session: ClientSession, tenant: str) -> Sequence[RoundSeries]:
        """Those that a worker is at, or will be: nobody knows yet who will sit where."""
        states = [SeriesState.QUEUED.value, SeriesState.PLANNING.value, SeriesState.REPLANNING.value]
        where = {"state": {"$in": states}, "due_at": {"$type": "date"}}
        return self.page(tenant, where, limit=0, session=session)

    def with_ids(self, tenant: str, ids: Collection[str], session: ClientSession | None = None) -> list[RoundSeries]:
        """Those of these ids that are there."""
        return list(self.page(tenant, {"_id": {"$in": sorted(ids)}}, limit=0, session=session))

    def naming(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> Sequence[RoundSeries]:
        """Those whose settings or coming change name one of these members; reads all of the tenant's."""
        ids = {"$in": sorted(member_ids)}
        pairs = {"forbidden": {"$elemMatch": {"$elemMatch": ids}}}
        return self.page(tenant, {"$or": [pairs, {"change.gone": ids}, {"change.late": ids}]}, limit=0, session=session)

    def settle(self, session: ClientSession, series: RoundSeries) -> None:
        """Leaves nothing for a worker to do. Nobody sees that: it stays the version that it is."""
        where = {"_id": series.id, "tenant": series.tenant, "version": series.version}
        self.collection.update_one(where, {"$set": {"due_at": None}}, session=session)

    def report(
        self, series_id: str, token: str, stage: str, progress: float, *, lease_seconds: float, state: SeriesState
    ) -> bool:
        """Says how far the worker is that holds the claim of this token, and renews it; False where it has passed on.

        Nothing but these fields is written. Every other change of a series leaves it without a claim.
        """
        said: Document = {
            "stage": stage,
            "progress": progress,
            "state": state.value,
            "heartbeat_at": "$$NOW",
            "updated_at": "$$NOW",
            "version": {"$add": ["$version", 1]},
            "claim.until": {"$add": ["$$NOW", int(lease_seconds * 1000)]},
        }
        result = self.collection.update_one({"_id": series_id, "claim.token": token}, [{"$set": said}])
        return result.matched_count == 1
