"""Measures of conduct: whom they bar, and until when."""

from collections.abc import Collection, Sequence

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.measure import BARRING, Measure, MeasureState
from services.matching.store.named import named_in
from shared.messaging.shadow import Shadow
from shared.storage import Document, Index, Repository

COLLECTION = "measures"

_BARS = {"state": MeasureState.IN_FORCE.value, "kind": {"$in": [kind.value for kind in BARRING]}}

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1), ("_id", 1)), name="of_member"),
    Index(COLLECTION, (("tenant", 1), ("made_of", 1), ("_id", 1)), name="made_of"),
    Index(COLLECTION, (("due_at", 1),), name="ends"),
)


class Measures(Repository[Measure]):
    """Decided here and told by nobody: a rebuild of what profiles tell reads those that are in force."""

    def __init__(self, database: Database[Document]) -> None:
        own = database.live if isinstance(database, Shadow) else database
        super().__init__(own[COLLECTION], Measure, "measure")

    def bar(self, session: ClientSession | None, tenant: str, member_id: str) -> bool:
        """Whether one in force bars this member from what is new."""
        where = {"tenant": tenant, "member_id": member_id, **_BARS}
        return self.collection.find_one(where, {"_id": 1}, session=session) is not None

    def naming(self, session: ClientSession, tenant: str, members: Collection[str]) -> Sequence[Measure]:
        """All that were decided on one of these ids."""
        return named_in(self, session, tenant, ("made_of",), members)
