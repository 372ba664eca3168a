"""A mentor's yes, the heaviest write, by 1, 8 and 32 clients at once, beside the same documents written without HTTP.

What one accept leaves behind is read from the database and is what the floor writes, with ids of its own: a seat, a
turn of the mentee and one of the pair counted, the request replaced, the mentorship, its watch, the outbox's rows and
the idempotency row inserted, in one transaction.
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

from pymongo.client_session import ClientSession
from pymongo.database import Database

from bench.attendees import TENANT
from bench.ground import scratch
from bench.result import Result, median
from bench.web import Web, running_web, store_all
from services.matching.app import build
from services.matching.domain.enrollment import Enrollment, EnrollmentState, Role
from services.matching.domain.member import Member
from services.matching.domain.mentor_load import MentorLoad
from services.matching.domain.program import Format, Kind, Program, ProgramState
from services.matching.domain.request import Request, RequestState
from services.matching.store import Store, loads, mentee_turns, mentorships, pairs, requests, watches
from shared.ids import new_id
from shared.messaging import outbox
from shared.service import Foundation, lay
from shared.settings import Settings
from shared.storage import Document
from shared.storage.migrations import migrate
from shared.storage.transaction import run_transaction
from shared.web import idempotency

CLIENTS = {1: 150, 8: 400, 32: 640}
"""How many ask at once, and how many accepts they share in a round."""
ROUNDS = 5
_WARM_UP = 40

Progress = Callable[[str], None]
Work = Callable[[str], None]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Accepts a second, product and floor in turns."""
    with tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder, scratch(settings) as own:
        ground, least = lay(own, "matching"), lay(own, "floor")
        asked = _asked(ground, _WARM_UP + ROUNDS * sum(CLIENTS.values()))
        migrate(least.database, build(ground).all_indexes())
        rates: dict[tuple[str, int], list[float]] = {
            (way, each): [] for way in ("product", "floor") for each in CLIENTS
        }
        with running_web(own, Path(folder), "matching") as web:
            tokens = {each.id: web.token(each.mentor_id) for each in asked}
            ids = [each.id for each in asked]
            warm, ids = ids[:_WARM_UP], ids[_WARM_UP:]
            _rate(8, warm, _accepting(web, tokens))
            floor = _Floor.like(ground.database, least, warm[-1])
            _rate(8, floor.prepared(_WARM_UP), floor.write)
            for number in range(ROUNDS):
                for clients, count in CLIENTS.items():
                    some, ids = ids[:count], ids[count:]
                    rates["product", clients].append(_rate(clients, some, _accepting(web, tokens)))
                    rates["floor", clients].append(_rate(clients, floor.prepared(count), floor.write))
                    shown = " ".join(f"{way} {rates[way, clients][-1]:,.0f}/s" for way in ("product", "floor"))
                    progress(f"accept by {clients}, round {number + 1} of {ROUNDS}: {shown}")
        ground.close()
        least.close()
    return [
        Result(
            f"accept_{clients}",
            "accepts/s",
            median(rates["product", clients]),
            median(rates["floor", clients]),
            None,
            f"{clients} at once, medians of {ROUNDS} rounds of {count}, one process each, on {os.cpu_count()} cores",
            higher_is_better=True,
        )
        for clients, count in CLIENTS.items()
    ]


def _accepting(web: Web, tokens: dict[str, str]) -> Work:
    def accept(request_id: str) -> None:
        web.ask("POST", f"/v1/requests/{request_id}/accept", tokens[request_id], **{idempotency.HEADER: new_id()})

    return accept


def _rate(clients: int, pieces: Sequence[str], work: Work) -> float:
    """How many a second so many threads did. Raises what the first that failed raised."""
    waiting: SimpleQueue[str] = SimpleQueue()
    for each in pieces:
        waiting.put(each)
    failed: list[Exception] = []

    def one() -> None:
        try:
            while not failed:
                work(waiting.get_nowait())
        except Empty:
            pass
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return len(pieces) / (time.perf_counter() - begun)


@dataclass(frozen=True, slots=True)
class _Floor:
    """The documents of one accept, as the service left them, to be written again under other ids."""

    ground: Foundation
    request: Document
    load: Document
    mentorship: Document
    watch: Document
    rows: Sequence[Document]
    answer: Document

    @classmethod
    def like(cls, database: Database[Document], ground: Foundation, request_id: str) -> "_Floor":
        """After an accepted request. Raises LookupError where something of it is missing."""

        def only(collection: str, **where: object) -> Document:
            found = database[collection].find_one(where)
            if found is None:
                raise LookupError(f"{collection}: {where}")
            return found

        request = only(requests.COLLECTION, _id=request_id)
        load = only(loads.COLLECTION, member_id=request["mentor_id"])
        mentorship = only(mentorships.COLLECTION, request_id=request_id)
        watch = only(watches.COLLECTION, mentorship_id=mentorship["_id"])
        keys = {"$in": [request_id, load["_id"], mentorship["_id"]]}
        rows = list(database[outbox.COLLECTION].find({"key": keys}))
        if len(rows) < 3:
            raise LookupError(f"an accept tells of request, seat and mentorship: {rows}")
        answer = only(idempotency.COLLECTION, path=f"/v1/requests/{request_id}/accept")
        return cls(ground, request, load, mentorship, watch, rows, answer)

    def prepared(self, count: int) -> Sequence[str]:
        """So many requests to accept, each with its mentor's free seat."""
        ids = [new_id() for _ in range(count)]
        database = self.ground.database
        waiting = {"state": "sent", "version": 1, "mentorship_id": None}
        database[requests.COLLECTION].insert_many(
            [{**self.request, **waiting, "_id": each, "mentor_id": each, "mentee_id": each} for each in ids]
        )
        database[loads.COLLECTION].insert_many(
            [{**self.load, "_id": each, "member_id": each, "active": 0} for each in ids]
        )
        return ids

    def write(self, request_id: str) -> None:
        """One transaction."""
        run_transaction(self.ground.client, lambda session: self._write(session, request_id))

    def _write(self, session: ClientSession, request_id: str) -> None:
        database = self.ground.database
        free = {"_id": request_id, "$expr": {"$lt": ["$active", "$capacity"]}}
        taken = database[loads.COLLECTION].update_one(free, {"$inc": {"active": 1, "version": 1}}, session=session)
        database[mentee_turns.COLLECTION].update_one(
            {"_id": request_id}, {"$inc": {"turns": 1}}, upsert=True, session=session
        )
        database[pairs.COLLECTION].update_one(
            {"_id": request_id, "tenant": TENANT}, {"$inc": {"turns": 1}}, upsert=True, session=session
        )
        database[mentorships.COLLECTION].insert_one(
            {**self.mentorship, "_id": new_id(), "mentor_id": request_id, "mentee_id": request_id}, session=session
        )
        database[watches.COLLECTION].insert_one(
            {**self.watch, "_id": new_id(), "mentorship_id": request_id}, session=session
        )
        accepted = {**self.request, "_id": request_id, "mentor_id": request_id, "mentee_id": request_id}
        replaced = database[requests.COLLECTION].replace_one(
            {"_id": request_id, "version": 1}, accepted, session=session
        )
        if (taken.modified_count, replaced.modified_count) != (1, 1):
            raise LookupError(request_id)
        database[outbox.COLLECTION].insert_many(
            [{**row, "_id": new_id(), "key": new_id()} for row in self.rows], session=session
        )
        database[idempotency.COLLECTION].insert_one({**self.answer, "_id": new_id()}, session=session)


def _asked(ground: Foundation, count: int) -> Sequence[Request]:
    """A program in which each of so many mentees has asked one mentor, and each mentor was asked by one."""
    now = datetime.now(UTC).replace(microsecond=0)
    store = Store.over(ground.database)
    migrate(ground.database, build(ground).all_indexes())
    program = Program(new_id(), TENANT, 1, now, "Spring", Kind.COHORT, Format.ONE_TO_ONE, state=ProgramState.OPEN)
    store_all(store.programs, [program])

    def enrolled(role: Role) -> Sequence[Enrollment]:
        members = [Member(new_id(), TENANT, 1, now) for _ in range(count)]
        store_all(store.copies, members)
        places = [
            Enrollment(new_id(), TENANT, 1, now, program.id, each.id, role, 1, EnrollmentState.APPROVED)
            for each in members
        ]
        store_all(store.enrollments, places)
        return places

    mentors, mentees = enrolled(Role.MENTOR), enrolled(Role.MENTEE)
    store_all(
        store.loads, [MentorLoad(new_id(), TENANT, 1, now, program.id, each.member_id, each.id, 1) for each in mentors]
    )
    made = [
        replace(
            Request(new_id(), TENANT, 1, now, program.id, mentee.member_id, mentor.member_id, "Would you help me?"),
            state=RequestState.SENT,
            expires_at=now + timedelta(days=14),
            due_at=now + timedelta(days=7),
        )
        for mentor, mentee in zip(mentors, mentees, strict=True)
    ]
    store_all(store.requests, made)
    return made
