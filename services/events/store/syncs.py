"""How far each event of each fetched source has been read, and what is to be fetched: all of it due work.

`source_plans` finds the events of a source, `source_syncs` reads one of them page by page, `source_fetches` fetches
what a webhook named. A change is asked for by raising `asked`, so that one which comes while its fetch is on its way
is fetched once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.storage import Document

PLANS = "source_plans"
SYNCS = "source_syncs"
FETCHES = "source_fetches"


@dataclass(frozen=True, slots=True)
class Sync:
    """Where the reading of one event stands; `cursor` is None until it was read once to its end."""

    source_event_id: str
    cursor: str | None
    synced_at: datetime | None
    error: str | None
    stopped: str | None


class Syncs:
    """The state of syncing, by source."""

    def __init__(self, database: Database[Document]) -> None:
        self._plans = database[PLANS]
        self._syncs = database[SYNCS]
        self._fetches = database[FETCHES]
        self._source_events = database["source_events"]

    def plan(self, session: ClientSession, tenant: str, source_id: str, at: datetime) -> None:
        """The source's events are looked for at that time."""
        self._plans.update_one(
            {"_id": source_id}, {"$set": {"tenant": tenant, "due_at": at}, "$inc": {"asked": 1}}, True, session=session
        )

    def event_ids(self, tenant: str, name: str) -> list[str]:
        """The ids, at the source, of the events that a published event of ours names."""
        where = {"tenant": tenant, "source": name, "open": True}
        return [each["source_event_id"] for each in self._source_events.find(where, {"source_event_id": 1})]

    def begin(
        self, session: ClientSession, tenant: str, source_id: str, event_ids: Sequence[str], now: datetime
    ) -> None:
        """These events are read now, unless they are being read, or stopped."""
        fixed = {"tenant": tenant, "source_id": source_id}
        fresh = {"cursor": None, "synced_at": None, "error": None, "page": None, "failures": 0, "stopped": None}
        if event_ids:
            self._syncs.bulk_write(
                [
                    UpdateOne(
                        {"_id": _key(source_id, each)},
                        {"$setOnInsert": {**fixed, "source_event_id": each, "due_at": now, **fresh}},
                        upsert=True,
                    )
                    for each in event_ids
                ],
                session=session,
            )
        self._syncs.update_many(
            {"source_id": source_id, "source_event_id": {"$in": list(event_ids)}, "stopped": None, "due_at": None},
            {"$set": {"due_at": now}},
            session=session,
        )

    def restart(self, session: ClientSession, source_id: str, now: datetime) -> None:
        """Whatever stopped or waits to be tried again is tried now, and nothing more is held back."""
        self._plans.update_one({"_id": source_id}, {"$unset": {"held_until": ""}}, session=session)
        self._syncs.update_many(
            {"source_id": source_id}, {"$set": {"stopped": None, "failures": 0, "due_at": now}}, session=session
        )
        self._fetches.update_many({"source_id": source_id}, {"$set": {"due_at": now}}, session=session)

    def of_source(self, source_id: str, limit: int) -> list[Sync]:
        """Where each of its events stands, by the events' ids."""
        found = self._syncs.find({"source_id": source_id}).sort([("source_id", 1), ("source_event_id", 1)]).limit(limit)
        return [_sync(each) for each in found]

    def trouble(self, source_id: str) -> str | None:
        """What keeps us from fetching from the source at all, in plain words."""
        found = self._plans.find_one({"_id": source_id}, {"error": 1})
        return None if found is None else found.get("error")

    def note(self, session: ClientSession, source_id: str, error: str | None) -> None:
        """Remembers the trouble, or that there is none any more."""
        self._plans.update_one({"_id": source_id, "error": {"$ne": error}}, {"$set": {"error": error}}, session=session)

    def drop(self, session: ClientSession, sync: Document) -> None:
        """Its source is gone."""
        self._syncs.delete_one({"_id": sync["_id"]}, session=session)

    def planned(self, session: ClientSession, plan: Document, again_at: datetime | None) -> None:
        """The events were looked for; once more then, or at once where that was asked for meanwhile. None: never."""
        if again_at is None:
            self._plans.delete_one({"_id": plan["_id"]}, session=session)
            return
        where = {"_id": plan["_id"], "asked": plan["asked"]}
        self._plans.update_one(where, {"$set": {"due_at": again_at}}, session=session)

    def change(self, session: ClientSession, sync: Document, **fields: Any) -> None:
        """Writes what came of reading a page."""
        self._syncs.update_one({"_id": sync["_id"]}, {"$set": fields}, session=session)

    def ask(self, session: ClientSession, tenant: str, source_id: str, path: str, now: datetime) -> None:
        """What is at this path of the source is fetched soon; asking twice is one fetch."""
        plan = self._plans.find_one({"_id": source_id}, {"held_until": 1}, session=session) or {}
        due_at = max(now, plan.get("held_until") or now)
        self._fetches.update_one(
            {"_id": _key(source_id, path)},
            {
                "$set": {"tenant": tenant, "source_id": source_id, "path": path},
                "$min": {"due_at": due_at},
                "$inc": {"asked": 1},
                "$setOnInsert": {"failures": 0},
            },
            upsert=True,
            session=session,
        )

    def fetched(self, session: ClientSession, fetch: Document) -> None:
        """It was; one that was asked for meanwhile stays due."""
        self._fetches.delete_one({"_id": fetch["_id"], "asked": fetch["asked"]}, session=session)

    def try_fetch_again(self, session: ClientSession, fetch: Document, at: datetime) -> None:
        """The fetch failed, and is tried again at that time."""
        change: Document = {"$set": {"due_at": at}, "$inc": {"failures": 1}}
        self._fetches.update_one({"_id": fetch["_id"]}, change, session=session)

    def hold(self, session: ClientSession, source_id: str, until: datetime) -> None:
        """Nothing of this source is asked before that time: it told us to wait, or does not answer."""
        self._plans.update_one({"_id": source_id}, {"$max": {"held_until": until}}, session=session)
        for collection in (self._syncs, self._fetches):
            where = {"source_id": source_id, "due_at": {"$lt": until}}
            collection.update_many(where, {"$set": {"due_at": until}}, session=session)

    def forget(self, session: ClientSession, source_id: str) -> None:
        """The source is gone."""
        self._plans.delete_one({"_id": source_id}, session=session)
        for collection in (self._syncs, self._fetches):
            collection.delete_many({"source_id": source_id}, session=session)


def _sync(found: Document) -> Sync:
    return Sync(found["source_event_id"], found["cursor"], found["synced_at"], found["error"], found["stopped"])


def _key(source_id: str, name: str) -> str:
    return f"{source_id}\n{name}"
