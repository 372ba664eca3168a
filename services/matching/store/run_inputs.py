"""What a match run is computed from, kept as it was read: one document a place, others for what is known of pairs.

So a run that another worker goes on with, or that somebody wants repeated or explained, finds the same people. Each
place is a document of its own: whoever is erased is taken out. Each worker that begins one writes documents of its own,
under its own mark; the head, which a run has one of, says whose are the run's. So nobody writes into another's.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import Unmatched
from services.matching.engine.pool import Criteria, Encounter, Pair, Place, Pool
from services.matching.store.batches import batches
from services.matching.store.copies import Copies
from shared.storage import Document, Index
from shared.storage.repository import converter

COLLECTION = "run_inputs"
KEPT_DAYS = 90

INDEXES = (
    Index(COLLECTION, (("mark", 1), ("kind", 1), ("_id", 1))),
    Index(COLLECTION, (("run_id", 1),)),
    Index(COLLECTION, (("tenant", 1), ("member_id", 1)), partial={"member_id": {"$type": "string"}}),
    Index(COLLECTION, (("until", 1),), expire_after_seconds=0, name="expiry"),
)

_ROWS = 10_000
"""Of what is small: so many to a document."""
_HEAD, _ABSENT, _LOCKED, _ENCOUNTERS, _WISHES = "head", "absent", "locked", "encounters", "wishes"
_PAIRS = ("blocked", "paired_before", "forbidden")
_GATHERING = "gathering"


@dataclass(frozen=True, slots=True)
class Input:
    """Everything of the outside that a run depends on; `absent` are those approved who cannot be in the pool."""

    pool: Pool
    criteria: Criteria
    locked: tuple[Pair, ...]
    absent: tuple[Unmatched, ...]


class RunInputs:
    """Written place by place under a mark; nobody takes one as whole before its head is there."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[COLLECTION]
        self._copies = Copies(database)

    def is_whole(self, run_id: str) -> bool:
        """Whether everything of it was written."""
        return self.collection.find_one({"_id": run_id}, {"_id": 1}) is not None

    def add_places(
        self, run_id: str, mark: str, tenant: str, role: Role, places: Iterable[tuple[Document, int]], now: datetime
    ) -> None:
        """Some of those who take part in this role: their copies, as documents, and the seats they have free."""
        common = {"tenant": tenant, "run_id": run_id, "mark": mark, "kind": role.value, "until": _until(now)}
        documents = [
            {
                "_id": f"{mark}:{role.value}:{copy['_id']}",
                **common,
                "member_id": copy["_id"],
                "capacity": free,
                # How they sign in is nothing that a match depends on.
                "member": {name: value for name, value in copy.items() if name not in ("_id", "sign_ins")},
            }
            for copy, free in places
        ]
        if documents:
            self.collection.insert_many(documents, ordered=False)

    def add_rest(self, run_id: str, mark: str, tenant: str, rest: Input, now: datetime) -> None:
        """What there is beside the places; those in `rest` are ignored."""
        pool = rest.pool
        common = {"tenant": tenant, "run_id": run_id, "mark": mark, "until": _until(now)}
        kinds: list[tuple[str, Iterable[Any]]] = [
            *((kind, (list(pair) for pair in sorted(getattr(pool, kind)))) for kind in _PAIRS),
            *((f"{_GATHERING}{number}", sorted(there)) for number, there in enumerate(pool.gatherings)),
            (_ENCOUNTERS, ([*pair, how.value] for pair, how in sorted(pool.encounters.items()))),
            (_WISHES, ([one, sorted(wanted)] for one, wanted in sorted(pool.wishes.items()))),
            (_LOCKED, (list(pair) for pair in rest.locked)),
            (_ABSENT, ([one.member_id, one.role, one.reason] for one in rest.absent)),
        ]
        for kind, rows in kinds:
            for number, some in enumerate(batches(rows, _ROWS)):
                identifier = f"{mark}:{kind}:{number:06d}"
                self.collection.insert_one({"_id": identifier, **common, "kind": kind, "rows": some})

    def complete(self, session: ClientSession, run_id: str, mark: str, tenant: str, rest: Input, now: datetime) -> None:
        """Makes what was written under this mark the run's. Raises pymongo's DuplicateKeyError where it has one."""
        head = {
            "_id": run_id,
            "tenant": tenant,
            "run_id": run_id,
            "kind": _HEAD,
            "of": mark,
            "criteria": converter.unstructure(rest.criteria),
            "monday": rest.pool.monday.isoformat(),
            "gatherings": len(rest.pool.gatherings),
            "until": _until(now),
        }
        self.collection.insert_one(head, session=session)

    def clear_others(self, run_id: str) -> None:
        """Removes what was written under other marks than the run's, by workers that did not come to its end."""
        others = {"$nin": [None, self._head(run_id)["of"]]}
        self.collection.delete_many({"run_id": run_id, "mark": others})

    def read(self, run_id: str) -> Input:
        """The whole one. Raises LookupError where there is none."""
        head = self._head(run_id)
        mark = head["of"]
        pairs = {kind: frozenset((one, other) for one, other in self._rows(mark, kind)) for kind in _PAIRS}
        pool = Pool(
            mentors=self._places(mark, Role.MENTOR),
            mentees=self._places(mark, Role.MENTEE),
            monday=datetime.fromisoformat(head["monday"]).date(),
            encounters={(one, other): Encounter(how) for one, other, how in self._rows(mark, _ENCOUNTERS)},
            wishes={one: frozenset(wanted) for one, wanted in self._rows(mark, _WISHES)},
            gatherings=tuple(
                frozenset(self._rows(mark, f"{_GATHERING}{number}")) for number in range(head["gatherings"])
            ),
            blocked=pairs["blocked"],
            paired_before=pairs["paired_before"],
            forbidden=pairs["forbidden"],
        )
        return Input(
            pool,
            converter.structure(head["criteria"], Criteria),
            tuple((mentor, mentee) for mentor, mentee in self._rows(mark, _LOCKED)),
            tuple(Unmatched(*row) for row in self._rows(mark, _ABSENT)),
        )

    def mark_of(self, run_id: str) -> str:
        """That under which the run's was written. Raises LookupError where it has none."""
        mark: str = self._head(run_id)["of"]
        return mark

    def members(self, mark: str) -> Iterator[str]:
        """Whoever has a place under this mark."""
        where = {"mark": mark, "kind": {"$in": [role.value for role in Role]}}
        for document in self.collection.find(where, {"member_id": 1}):
            yield document["member_id"]

    def remove(self, mark: str, member_ids: Collection[str]) -> None:
        """Takes these members out of what was written under this mark."""
        places = [f"{mark}:{role.value}:{each}" for role in Role for each in member_ids]
        self.collection.delete_many({"_id": {"$in": places}})

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Takes these members out of all; how many places they had."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}
        return self.collection.delete_many(where, session=session).deleted_count

    def _head(self, run_id: str) -> Document:
        head = self.collection.find_one({"_id": run_id})
        if head is None:
            raise LookupError(run_id)
        return head

    def _places(self, mark: str, role: Role) -> tuple[Place, ...]:
        found = self.collection.find({"mark": mark, "kind": role.value})
        return tuple(
            Place(self._copies.from_document({**each["member"], "_id": each["member_id"]}), each["capacity"])
            for each in found
        )

    def _rows(self, mark: str, kind: str) -> Iterator[Any]:
        for document in self.collection.find({"mark": mark, "kind": kind}).sort("_id", 1):
            yield from document["rows"]


def _until(now: datetime) -> datetime:
    return now + timedelta(days=KEPT_DAYS)
