"""What changes in the service's own collections, as a change stream tells it: who is to be looked at again."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.change_stream import ChangeStream
from pymongo.database import Database

from services.matching.domain.proposal import ProposalState
from services.matching.store import attendances, copies, enrollments, mentorships, programs, runs
from shared.storage import Document, merges
from shared.storage.following import Following, Token

WATCHED = (
    attendances.COLLECTION,
    copies.COLLECTION,
    enrollments.COLLECTION,
    mentorships.COLLECTION,
    merges.COLLECTION,
    programs.COLLECTION,
    runs.COLLECTION,
    runs.PROPOSALS,
)

_FIELDS = ("tenant", "program_id", "member_id", "mentor_id", "mentee_id", "into")
_WHOLE = ("rename", "drop", "dropDatabase", "invalidate")
"""Changes of whole collections, as when a projection is rebuilt: they name nobody."""

_WAIT_MS = 100
_GATHER_SECONDS = 0.1
_MOST = 1_000
"""Changes are gathered for so long, or until there are so many, and then looked into together."""


@dataclass(frozen=True, slots=True)
class Change:
    """Of one document: its collection and id, and of what it is now the fields that name somebody.

    Of a document that was removed, or changed in part, these are not told. A `whole` change is one of the collection.
    """

    collection: str
    id: str
    fields: Mapping[str, str]
    removed: bool = False
    whole: bool = False


class Feed:
    """One thread that hears of changes, from `start` until `stop`.

    `hear` gets changes in their order; `lose` is called where some went by unheard, and before the first; `tick`
    each fraction of a second, and again after it has raised an error of pymongo's.
    """

    def __init__(
        self,
        database: Database[Document],
        hear: Callable[[Sequence[Change]], None],
        lose: Callable[[], None],
        tick: Callable[[], None],
    ) -> None:
        self._database = database
        self._hear, self._lose, self._tick = hear, lose, tick
        self._stopping = threading.Event()
        self._is_open = threading.Event()
        self._unheard = True
        self._heard_at = float("-inf")

    def start(self) -> None:
        """Begins to hear, in a thread that ends with the process."""
        following = Following("live", self._opened, self._listen, self._stopping, then=self._turned)
        threading.Thread(target=following.run, name="live", daemon=True).start()

    def stop(self) -> None:
        """Lets the thread end."""
        self._stopping.set()

    def is_open(self, patience: float) -> bool:
        """Whether everything that changes from now on will be heard; waits for that at most so many seconds."""
        return self._is_open.wait(patience)

    def seconds_behind(self) -> float:
        """How long ago all there was had been heard."""
        return time.monotonic() - self._heard_at

    def _opened(self, token: Token | None) -> ChangeStream[Document]:
        stream = self._database.watch(_pipeline(), resume_after=token, max_await_time_ms=_WAIT_MS)
        self._unheard = token is None
        return stream

    def _listen(self, stream: ChangeStream[Document]) -> None:
        if self._unheard:
            self._lose()
            self._unheard = False
        self._hear(self._gathered(stream))

    def _turned(self) -> None:
        self._tick()
        self._heard_at = time.monotonic()
        self._is_open.set()

    def _gathered(self, stream: ChangeStream[Document]) -> list[Change]:
        until = time.monotonic() + _GATHER_SECONDS
        changes: list[Change] = []
        while (found := stream.try_next()) is not None:
            changes.append(_change(found))
            if len(changes) == _MOST or time.monotonic() > until:
                break
        return changes


def _pipeline() -> Sequence[Mapping[str, Any]]:
    # Of proposals only those count that hold a seat: a run writes all of its own as `proposed`.
    without_effect = {
        "ns.coll": runs.PROPOSALS,
        "operationType": "insert",
        "fullDocument.state": ProposalState.PROPOSED.value,
    }
    whole = {"operationType": {"$in": list(_WHOLE)}}
    return [
        {"$match": {"$or": [{"ns.coll": {"$in": list(WATCHED)}}, whole], "$nor": [without_effect]}},
        {
            "$project": {
                "operationType": 1,
                "ns": 1,
                "documentKey": 1,
                **{f"fullDocument.{name}": 1 for name in _FIELDS},
            }
        },
    ]


def _change(found: Mapping[str, Any]) -> Change:
    kind = found["operationType"]
    if kind in _WHOLE:
        return Change("", "", {}, whole=True)
    fields = found.get("fullDocument") or {}
    known = {name: fields[name] for name in _FIELDS if isinstance(fields.get(name), str)}
    return Change(found["ns"]["coll"], str(found["documentKey"]["_id"]), known, removed=kind == "delete")
