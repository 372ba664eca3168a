"""Matching as a whole on the real database, with people in it: what the tests of this folder arrange by."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import orjson

from services.matching.api.context import STORE
from services.matching.app import build
from services.matching.commands.enroll_member import enroll_member
from services.matching.domain.enrollment import Enrollment, Role
from services.matching.domain.member import Member
from services.matching.domain.program import Format, Kind, Program, ProgramState
from services.matching.domain.program import Settings as ProgramSettings
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.messaging.unit_of_work import Transaction
from shared.service import lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.emptying import empty
from tests.unit.web.issuing import Issuer

T = TypeVar("T")

TENANT = "acme"
NOON = datetime(2026, 1, 7, 12, tzinfo=UTC)


class HandClock:
    """Stands still until a test moves it. It stays behind the machine's clock, since leases go by the server's."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


class Association:
    """An association that uses matching; `call` speaks HTTP to it, as a member unless roles are named."""

    def __init__(self, settings: Settings) -> None:
        self.clock = HandClock()
        self.foundation = lay(settings, "matching", self.clock)
        self.service = build(self.foundation)
        self.app = self.service.web_app()
        self.issuer = Issuer()
        store = self.app.extensions[STORE]
        assert isinstance(store, Store)
        self.store = store
        self.app.authenticator = self.issuer.authenticator(
            member_now=lambda tenant, member_id, _: store.merges.survivor(tenant, member_id)
        )

    def prepare(self) -> None:
        """Makes the indexes."""
        migrate(self.foundation.database, self.service.all_indexes())

    def forget(self) -> None:
        """Empties the database for the next test; its indexes stay."""
        self.empty()
        self.foundation.close()

    def empty(self) -> None:
        """Nobody is in it any more, and nothing was ever told."""
        empty(self.foundation.database)

    def call(
        self,
        who: str,
        method: str,
        path: str,
        json: Any = None,
        *,
        roles: Sequence[str] = ("member",),
        tenant: str = TENANT,
        headers: dict[str, str] | None = None,
    ) -> Any:
        given = self.issuer.headers(*roles, sub=who, tenant=tenant) | (headers or {})
        return self.app.test_client().open(path, method=method, json=json, headers=given)

    def coordinator(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        return self.call(new_id(), method, path, json, roles=("coordinator",), **options)

    def in_transaction(self, work: Callable[[Transaction], T]) -> T:
        return self.foundation.unit_of_work.run(work, tenant=TENANT)

    def program(self, **fields: Any) -> Program:
        """One in which mentees may ask without a goal: few tests are about what they want."""
        given: dict[str, Any] = {
            "name": "Spring",
            "kind": Kind.COHORT,
            "format": Format.ONE_TO_ONE,
            "state": ProgramState.OPEN,
            "settings": ProgramSettings(goal_required=False),
            **fields,
        }
        program = Program(id=new_id(), tenant=TENANT, version=1, updated_at=self.clock.now(), **given)
        self.in_transaction(lambda current: self.store.programs.insert(current.session, program))
        return program

    def put(self, program: Program, **fields: Any) -> None:
        """The program as a coordinator has changed it."""
        self.in_transaction(lambda current: self.store.programs.save(current.session, replace(program, **fields)))

    def member(self, **fields: Any) -> str:
        """The id of a member whom profiles have told of."""
        member_id = new_id()
        self.tell_of(member_id, **fields)
        return member_id

    def tell_of(self, member_id: str, **fields: Any) -> None:
        """What profiles say of a member now."""
        member = Member(id=member_id, tenant=TENANT, version=1, updated_at=self.clock.now(), **fields)
        self.in_transaction(lambda current: self.store.copies.put(current.session, member))

    def enroll(self, program: Program, member_id: str, role: Role, capacity: int = 1) -> Enrollment:
        def work(current: Transaction) -> Enrollment:
            return enroll_member(current, self.store, program, member_id, role, capacity=capacity, by_coordinator=True)

        return self.in_transaction(work)

    def mentor(self, program: Program, capacity: int = 1) -> str:
        member_id = self.member()
        self.enroll(program, member_id, Role.MENTOR, capacity)
        return member_id

    def mentee(self, program: Program, capacity: int = 1) -> str:
        member_id = self.member()
        self.enroll(program, member_id, Role.MENTEE, capacity)
        return member_id

    def do_due_work(self) -> None:
        """Everything that is due by the clock, as a worker does it."""
        loop = DueLoop(self.foundation.unit_of_work, self.service.due, self.clock)
        for work in self.service.due:
            while loop.step(work):
                pass

    def messages(self, *types: str) -> list[dict[str, Any]]:
        """The data of what was published, with type, key and version: all, or of these types, in order of each key."""
        rows = self.foundation.database["outbox"].find({}).sort([("key", 1), ("version", 1), ("ordinal", 1)])
        found = []
        for row in rows:
            headers = {name: bytes(content).decode() for name, content in row["headers"]}
            short = headers["ce_type"].removeprefix("org.ithaca.")
            if not types or short in types:
                found.append(
                    {**orjson.loads(row["value"]), "type": short, "key": row["key"], "version": row["version"]}
                )
        return found


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """Runs all of them at the same moment, each in a thread of its own."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
