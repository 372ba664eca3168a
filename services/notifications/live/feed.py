"""What changes in all inboxes, in the order in which it becomes visible, as one change stream tells it."""

import contextlib
import itertools
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from bson import Timestamp
from pymongo.change_stream import ChangeStream
from pymongo.errors import InvalidOperation, PyMongoError

from services.notifications.live.change import Change, Kind, Resolved
from services.notifications.live.position import Position
from services.notifications.store import Store
from shared.storage import Document
from shared.storage.following import Following, Token
from shared.telemetry.logs import logger

BACK_SECONDS = 600
"""From so long before its start on, a process can tell clients what they missed."""

_WAIT_MS = 1000
_MOST_AT_ONCE = 500
_MOST_WAITING = 5_000
_PAUSE_AFTER_FAILURE = 0.5

_WHAT_IS_TOLD: list[Document] = [
    {
        "$match": {
            "$or": [
                {"operationType": "insert"},
                {"operationType": "replace", "fullDocument.read_at": {"$type": "date"}},
                {"operationType": "update", "updateDescription.updatedFields.read_at": {"$type": "date"}},
            ]
        }
    },
    {
        "$project": {
            "operationType": 1,
            "clusterTime": 1,
            "documentKey": 1,
            "fullDocument.tenant": 1,
            "fullDocument.member_id": 1,
        }
    },
]

_log = logger(__name__)

Hear = Callable[[Sequence[Resolved]], None]
Begin = Callable[[Position], None]


class Feed:
    """Two threads, from `start` to the end of the process: one hears, one looks up who the members are now.

    `begin` is called with the position above which everything will be told: at first, and again where changes went by
    unheard. `hear` gets changes in their order, `caught_up` is called once all there was has been told.
    """

    def __init__(self, store: Store, begin: Begin, hear: Hear, caught_up: Callable[[], None]) -> None:
        self._store = store
        self._begin, self._hear, self._caught_up = begin, hear, caught_up
        self._heard: queue.Queue[Change | Position | None] = queue.Queue(_MOST_WAITING)
        self._last = Position(0, 0)
        self._behind = True
        self._back = BACK_SECONDS

    def start(self) -> None:
        """Begins to listen."""
        following = Following("inboxes", self._opened, self._listen, threading.Event(), lost=self._begin_now)
        for run in (following.run, self._pass_on):
            threading.Thread(target=run, name="inboxes", daemon=True).start()

    def _listen(self, stream: ChangeStream[Document]) -> None:
        found = stream.try_next()
        if found is not None:
            self._put(found)
        elif self._behind:
            self._behind = False
            self._heard.put(None)

    def _begin_now(self) -> None:
        """The log does not reach back so far: nobody knows what went by."""
        self._back = 0

    def _opened(self, token: Token | None) -> ChangeStream[Document]:
        notifications = self._store.notifications.collection
        options: dict[str, Any] = {"full_document": "updateLookup", "max_await_time_ms": _WAIT_MS}
        if token is not None:
            return notifications.watch(_WHAT_IS_TOLD, resume_after=token, **options)
        at = self._at(self._back)
        stream = notifications.watch(_WHAT_IS_TOLD, start_at_operation_time=at, **options)
        self._behind = True
        self._last = Position(at.time, at.inc)
        self._heard.put(self._last)
        return stream

    def _at(self, back: int) -> Timestamp:
        with self._store.notifications.collection.database.client.start_session() as session:
            self._store.notifications.collection.database.command("ping", session=session)
            now = session.operation_time
        if now is None:
            raise RuntimeError("not a replica set")
        return Timestamp(now.time - back, 0 if back else now.inc + 1)

    def _put(self, found: Document) -> None:
        at: Timestamp = found["clusterTime"]
        place = Position(at.time, at.inc)
        same = (place.seconds, place.increment) == (self._last.seconds, self._last.increment)
        self._last = Position(at.time, at.inc, self._last.ordinal + 1 if same else 1)
        told = found.get("fullDocument")
        if told is None:  # it is gone since; its place among the changes of the commit is kept
            return
        kind = Kind.NOTIFICATION if found["operationType"] == "insert" else Kind.READ
        self._heard.put(Change(self._last, kind, told["tenant"], told["member_id"], str(found["documentKey"]["_id"])))

    def _pass_on(self) -> None:
        while True:
            waiting = [self._heard.get()]
            with contextlib.suppress(queue.Empty):
                while len(waiting) < _MOST_AT_ONCE:
                    waiting.append(self._heard.get_nowait())
            for _, run in itertools.groupby(waiting, type):
                self._tell(list(run))

    def _tell(self, run: Sequence[Change | Position | None]) -> None:
        if changes := [each for each in run if isinstance(each, Change)]:
            self._hear(self._resolved(changes))
        for each in run:
            if isinstance(each, Position):
                self._begin(each)
            elif each is None:
                self._caught_up()

    def _resolved(self, changes: Sequence[Change]) -> Sequence[Resolved]:
        members: defaultdict[str, set[str]] = defaultdict(set)
        for change in changes:
            members[change.tenant].add(change.member_id)
        while True:
            try:
                now = {tenant: self._store.merges.survivors(tenant, each) for tenant, each in members.items()}
            except InvalidOperation:
                raise SystemExit from None  # the process has closed its client
            except PyMongoError as error:
                _log.warning("inboxes_unresolved", error=type(error).__name__)
                time.sleep(_PAUSE_AFTER_FAILURE)
            else:
                return [Resolved(each, now[each.tenant][each.member_id]) for each in changes]
