"""What a source's own door could not take and the topic never saw: kept for 30 days, without the person."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from services.events.domain.rejection import Rejection
from shared.errors import Fault
from shared.ids import new_id
from shared.storage import Document

STATE = "refused"
KEPT = timedelta(days=30)
_LONGEST = 300


class Refused:
    """Refusals, each once however often the source repeats it."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def keep(
        self,
        session: ClientSession,
        tenant: str,
        source: str,
        what: str,
        faults: Sequence[Fault],
        now: datetime,
        *,
        reason: str,
        source_event_id: str | None = None,
        source_registration_id: str | None = None,
    ) -> None:
        """`what` says which refusal it is: the same again is the same one, seen once more."""
        self._collection.update_one(
            {"tenant": tenant, "source": source, "what": what},
            {
                "$set": {
                    "reason": reason,
                    "faults": [
                        {"pointer": each.pointer[:_LONGEST], "detail": each.detail[:_LONGEST]} for each in faults
                    ],
                    "source_event_id": source_event_id,
                    "source_registration_id": source_registration_id,
                    "at": now,
                    "expire_at": now + KEPT,
                },
                "$setOnInsert": {"_id": new_id()},
            },
            upsert=True,
            session=session,
        )

    def forget(self, session: ClientSession, tenant: str, places: Iterable[tuple[str, str, str]]) -> int:
        """Leaves no refusal of these registrations (source, event and id there); how many there were."""
        each_of = [
            {"source": source, "source_event_id": event, "source_registration_id": identifier}
            for source, event, identifier in places
        ]
        if not each_of:
            return 0
        return self._collection.delete_many({"tenant": tenant, "$or": each_of}, session=session).deleted_count

    def of(self, tenant: str, source: str | None, after: str | None) -> Iterator[Rejection]:
        """Those behind `after`, in order of id."""
        where: Document = {"tenant": tenant}
        if source is not None:
            where["source"] = source
        while found := list(self._collection.find({**where, "_id": {"$gt": after or ""}}).sort("_id", 1).limit(51)):
            yield from map(_rejection, found)
            after = found[-1]["_id"]


def _rejection(document: Document) -> Rejection:
    return Rejection(
        id=document["_id"],
        reason=document["reason"],
        faults=[Fault(**each) for each in document["faults"]],
        state=STATE,
        source=document["source"],
        source_event_id=document["source_event_id"],
        source_registration_id=document["source_registration_id"],
        partition=None,
        offset=None,
        at=document["at"],
    )
