"""Finding members among 200,000: the first page and the five hundredth, beside a bare find by an index."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pymongo import ASCENDING

from bench.ground import scratch
from bench.result import Result, median
from services.profiles.app import build
from services.profiles.domain.directory import Search
from services.profiles.domain.member import Language, Member, Skill
from services.profiles.store import Store
from shared.ids import new_id
from shared.service import lay
from shared.settings import Settings
from shared.storage.migrations import migrate

MEMBERS = 200_000
PAGE = 50
FAR = 500
ROUNDS = 60
TENANT = "bench"
_AT_ONCE = 5_000
_FIRST = ("Ada", "Bea", "Chen", "Dana", "Emre", "Fatou", "Grace", "Hugo", "Ines", "Jonas")
_SKILLS = ("python", "geodesy", "law", "finance", "teaching", "nursing", "welding", "statistics")
_SEEN = ("all", "all", "participants", "nobody")
_PLACE = "event:bench"
_NOW = datetime(2026, 11, 1, tzinfo=UTC)


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Milliseconds of a page, medians, each way in turns."""
    with scratch(settings) as own:
        ground = lay(own, "profiles")
        store = Store(ground.database)
        migrate(ground.database, build(ground).all_indexes())
        progress(f"search: storing {MEMBERS:,} members")
        _store(store)
        search = Search("python", role="mentor")
        ways: dict[str, Callable[[], object]] = {
            "page 1": lambda: _page(store, search, None),
            f"page {FAR}": lambda: _page(store, search, far),
            "bare": lambda: _bare(store, far),
        }
        far = _at(store, search, (FAR - 1) * PAGE)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                begun = time.perf_counter()
                way()
                times[name].append((time.perf_counter() - begun) * 1000)
        ground.close()
    first, last, bare = (median(each) for each in times.values())
    progress(f"search: page 1 {first:.2f} ms, page {FAR} {last:.2f} ms, bare {bare:.2f} ms")
    return [
        _result("search_page_1", first, bare, f"{MEMBERS:,} members, {PAGE} a page; the floor finds by one index"),
        _result(f"search_page_{FAR}", last, bare, f"page 1 takes {first / last:.2f} times as long"),
    ]


def _result(name: str, product: float, floor: float, notes: str) -> Result:
    return Result(name, "ms", product, floor, None, notes, higher_is_better=False)


def _store(store: Store) -> None:
    chance = random.Random(2026)
    for begun in range(0, MEMBERS, _AT_ONCE):
        documents = []
        for number in range(begun, begun + _AT_ONCE):
            member = _member(chance, number)
            places = [_PLACE] if chance.random() < 0.5 else []
            documents.append({**store.members._to_document(member), "places": places, "bare": chance.random() < 0.3})
        store.members.collection.insert_many(documents, ordered=False)
    store.members.collection.create_index([("tenant", 1), ("bare", 1), ("_id", 1)])


def _member(chance: random.Random, number: int) -> Member:
    member = Member(new_id(), TENANT, 1, _NOW, chance.choice(_FIRST), f"Okafor{number % 5000}")
    return replace(
        member,
        organization=f"Company {number % 700}",
        job_title="Engineer",
        industry=f"industry {number % 40}",
        roles=("mentor",) if chance.random() < 0.6 else ("mentee",),
        languages=(Language("en", 4),),
        skills=tuple(Skill(label, 3, "offers") for label in chance.sample(_SKILLS, 5)),
        visibility={"skills": chance.choice(_SEEN), "roles": chance.choice(_SEEN)},
    )


def _page(store: Store, search: Search, after: str | None) -> Any:
    return store.members.searched_by_member(TENANT, search, [_PLACE], (), limit=PAGE + 1, after=after)


def _at(store: Store, search: Search, count: int) -> str:
    """The id of that many-th found."""
    found: str | None = None
    while count > 0:
        page = store.members.searched_by_member(TENANT, search, [_PLACE], (), limit=min(count, 1000), after=found)
        found = page[-1].id
        count -= len(page)
    if found is None:
        raise LookupError("nobody was found")
    return found


def _bare(store: Store, after: str) -> Any:
    """As many members by one index, read into the same objects."""
    cursor = store.members.collection.find({"tenant": TENANT, "bare": True, "_id": {"$gt": after}})
    return [store.members.from_document(each) for each in cursor.sort("_id", ASCENDING).limit(PAGE + 1)]
