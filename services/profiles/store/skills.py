"""The skill taxonomy: one document a concept, one a list. It belongs to no tenant and says nothing of anybody."""

import hashlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson
from pymongo import ASCENDING, DeleteOne, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.profiles.domain.concept import Concept
from services.profiles.domain.taxonomy import Taxonomy
from shared.storage.client import Document
from shared.storage.migrations import Index, existence

COLLECTION = "skills"
LISTS = "skill_lists"
INDEXES = (Index(COLLECTION, (("list", ASCENDING), ("_id", ASCENDING)), name="list"), existence(LISTS))

SHIPPED = "ithaca"
OWN = "own"
ORDER = (SHIPPED, OWN, "esco", "onet")
"""Which list a skill is taken from that several have."""

LOOK_SECONDS = 2.0
"""So long a change of the lists may go unseen."""

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a list's new content changed, in concepts."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class Skills:
    """The lists, and what they make together: kept in memory, looked at again every few seconds."""

    def __init__(self, database: Database[Document], clock: Callable[[], float] = time.monotonic) -> None:
        self._concepts = database[COLLECTION]
        self._lists = database[LISTS]
        self._clock = clock
        self._lock = threading.Lock()
        self._taxonomy = Taxonomy()
        self._versions: Sequence[tuple[str, str]] | None = None
        self._look_at = 0.0

    def taxonomy(self) -> Taxonomy:
        """All lists as they were a few seconds ago at most; whoever comes while they are read has those before."""
        if self._versions is not None and self._clock() < self._look_at:
            return self._taxonomy
        if self._lock.acquire(blocking=self._versions is None):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._taxonomy

    def is_current(self, name: str, concepts: Sequence[Concept]) -> bool:
        """Whether the list is these concepts."""
        found = self._lists.find_one({"_id": name})
        return found is not None and found["digest"] == _digest(concepts)

    def known(self, identifiers: Collection[str]) -> Collection[str]:
        """Those of the ids that any list has."""
        found = self._concepts.find({"_id": {"$in": sorted(identifiers)}}, {"_id": 1})
        return {document["_id"] for document in found}

    def replace(
        self,
        session: ClientSession,
        now: datetime,
        name: str,
        concepts: Sequence[Concept],
        tell: Callable[[int, int], None] = lambda *_: None,
    ) -> Replaced:
        """Makes the list exactly these concepts; the same once more writes nothing. `tell` takes done and total."""
        digest = _digest(concepts)
        before = self._lists.find_one({"_id": name}, session=session)
        if before is not None and before["digest"] == digest:
            return Replaced()
        content = {"digest": digest, "concepts": len(concepts), "replaced_at": now}
        # First, so that two who replace the list conflict here.
        self._lists.update_one({"_id": name}, {"$set": content}, upsert=True, session=session)
        there = {document["_id"]: document for document in self._concepts.find({"list": name}, session=session)}
        wanted = {concept.id: _to_document(name, concept) for concept in concepts}
        writes: list[ReplaceOne[Document] | DeleteOne] = [
            ReplaceOne({"_id": key, "list": name}, document, upsert=True)
            for key, document in wanted.items()
            if document != there.get(key)
        ]
        written = len(writes)
        writes += [DeleteOne({"_id": key, "list": name}) for key in there.keys() - wanted.keys()]
        for start in range(0, len(writes), _BATCH):
            tell(start, len(writes))
            self._concepts.bulk_write(writes[start : start + _BATCH], ordered=False, session=session)
        tell(len(writes), len(writes))
        added = len(wanted.keys() - there.keys())
        return Replaced(added, written - added, len(writes) - written)

    def _look(self) -> None:
        # Versions before concepts: whatever is replaced in between is read again at the next look.
        found = self._lists.find({}, {"digest": 1}).sort("_id", ASCENDING)
        versions = [(document["_id"], document["digest"]) for document in found]
        if versions != self._versions:
            lists: Mapping[str, list[Concept]] = defaultdict(list)
            for document in self._concepts.find({}).sort("_id", ASCENDING):
                lists[document["list"]].append(_from_document(document))
            self._taxonomy = Taxonomy(lists[name] for name in ORDER)
            self._versions = versions
        self._look_at = self._clock() + LOOK_SECONDS


def _digest(concepts: Sequence[Concept]) -> str:
    content = orjson.dumps(sorted((asdict(concept) for concept in concepts), key=lambda each: str(each["id"])))
    return hashlib.sha256(content).hexdigest()


def _to_document(name: str, concept: Concept) -> Document:
    fields = asdict(concept)
    return {"_id": fields.pop("id"), "list": name, **fields, "synonyms": list(concept.synonyms)}


def _from_document(document: Document) -> Concept:
    return Concept(document["_id"], document["label"], document["broader"], tuple(document["synonyms"]))
