"""An event at which people may meet: who comes, when and where, and what holds then."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from werkzeug.test import TestResponse

from services.events.store import Store
from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.messaging.unit_of_work import UnitOfWork
from tests.integration.events.conftest import Bench

FIRST = datetime(2099, 5, 5, 8, tzinfo=UTC)
"""When the first slot starts."""


@dataclass(frozen=True, slots=True)
class At:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class Encounters:
    """One event of a bench with slots of half an hour, one after the other."""

    def __init__(
        self, bench: Bench, *, slots: int = 4, tables: int = 2, begins: datetime = FIRST, **event: Any
    ) -> None:
        self.bench = bench
        self.store = Store(bench.foundation.database)
        self.event_id = bench.event(
            **{
                "sources": [],
                "starts_at": rfc3339(begins - timedelta(hours=1)),
                "ends_at": rfc3339(begins + timedelta(hours=24)),
                **event,
            }
        )
        self.slot_ids: list[str] = []
        if slots:
            answer = self.put_slots([slot(begins, number, tables) for number in range(slots)], notice_hours=0)
            assert answer.status_code == 200, answer.get_data()
            self.slot_ids = [each["id"] for each in self.slots()]

    def attendee(self, **fields: Any) -> str:
        """A member who is known and comes to the event."""
        member_id = new_id()
        self.bench.member(member_id, **fields)
        self.register(member_id)
        return member_id

    def register(self, member_id: str) -> str:
        path = f"/v1/events/{self.event_id}/registrations"
        answer = self.bench.call("POST", path, "member", member=member_id, json={})
        assert answer.status_code == 201, answer.get_data()
        found: str = answer.get_json()["id"]
        return found

    def put_slots(self, slots: list[dict[str, Any]], **more: Any) -> TestResponse:
        path, headers = f"/v1/events/{self.event_id}/slots", more.pop("headers", {})
        return self.bench.call("PUT", path, "organizer", json={"slots": slots, **more}, headers=headers)

    def slots(self, member: str | None = None) -> list[dict[str, Any]]:
        answer = self.bench.call("GET", f"/v1/events/{self.event_id}/slots", "member", "organizer", member=member)
        assert answer.status_code == 200, answer.get_data()
        found: list[dict[str, Any]] = answer.get_json()["slots"]
        return found

    def slots_again(self) -> list[dict[str, Any]]:
        """The slots as they are, to be put once more."""
        return [
            {
                "id": each["id"],
                "starts_at": each["starts_at"],
                "ends_at": each["ends_at"],
                "places": [{"name": place["name"], "capacity": place["capacity"]} for place in each["places"]],
            }
            for each in self.slots()
        ]

    def moment(self, at: datetime) -> str:
        """As answers say it."""
        return rfc3339(at)

    def block(self, one: str, other: str, *, version: int = 1, blocked: bool = True) -> None:
        pair = sorted((one, other))
        word = "block.set.v1" if blocked else "block.lifted.v1"
        data = {"member_ids": pair, "blocked": blocked}
        self.bench.receive("blocks.v1", word, data, key=":".join(pair), version=version)

    def wish(self, member: str, **said: list[str]) -> None:
        answer = self.bench.call("PUT", f"/v1/events/{self.event_id}/wishes", "member", member=member, json=said)
        assert answer.status_code == 200, answer.get_data()

    def ask(self, asker: str, invitee: str, slot: int = 0, **more: Any) -> TestResponse:
        path = f"/v1/events/{self.event_id}/meetings"
        body = {"invitee_id": invitee, "slot_id": self.slot_ids[slot], **more}
        return self.bench.call("POST", path, "member", member=asker, json=body)

    def asked(self, asker: str, invitee: str, slot: int = 0, **more: Any) -> str:
        answer = self.ask(asker, invitee, slot, **more)
        assert answer.status_code == 201, answer.get_data()
        found: str = answer.get_json()["id"]
        return found

    def act(self, verb: str, meeting_id: str, by: str | None, **body: Any) -> TestResponse:
        """A verb on a meeting; `by` None: an organizer's."""
        role = "organizer" if by is None else "member"
        options: dict[str, Any] = {"json": body} if body or verb in ("accept", "counter") else {}
        return self.bench.call("POST", f"/v1/meetings/{meeting_id}/{verb}", role, member=by, **options)

    def done(self, verb: str, meeting_id: str, by: str | None, **body: Any) -> dict[str, Any]:
        answer = self.act(verb, meeting_id, by, **body)
        assert answer.status_code == 200, answer.get_data()
        found: dict[str, Any] = answer.get_json()
        return found

    def agreed(self, asker: str, invitee: str, slot: int = 0) -> str:
        meeting_id = self.asked(asker, invitee, slot)
        self.done("accept", meeting_id, invitee)
        return meeting_id

    def perform_due_at(self, moment: datetime, *, everybodys: bool = False) -> None:
        """All of this tenant's that is due by then, as if it were then; what other tests left is theirs.

        `everybodys`: asked for as a worker does, for whichever tenant.
        """
        foundation, clock = self.bench.foundation, At(moment)
        unit_of_work = UnitOfWork(foundation.client, foundation.database, "events", clock)
        only = {} if everybodys else {"tenant": self.bench.tenant}
        works = [replace(work, where={**work.where, **only}) for work in self.bench.service.due]
        loop = DueLoop(unit_of_work, works, clock)
        while any(loop.step(work) for work in works):
            pass

    def check_in(self, member: str, *, there: bool = True) -> None:
        """The desk lets a member in, or takes that back."""
        (own,) = [each for each in self.bench.registrations(self.event_id) if each["member_id"] == member]
        path = f"/v1/registrations/{own['id']}/check-in"
        assert self.bench.call("PUT" if there else "DELETE", path, "organizer").status_code == 200

    def met(self) -> list[tuple[str, int]]:
        """What was told of who met: the word and the version."""
        return [
            (each.type.removeprefix("people.").removesuffix(".v1"), each.version) for each in self.bench.told("people.")
        ]

    def meeting(self, meeting_id: str, member: str | None = None) -> dict[str, Any]:
        role = "organizer" if member is None else "member"
        answer = self.bench.call("GET", f"/v1/meetings/{meeting_id}", role, member=member)
        assert answer.status_code == 200, answer.get_data()
        found: dict[str, Any] = answer.get_json()
        return found

    def state(self, meeting_id: str) -> str:
        found: str = self.meeting(meeting_id)["state"]
        return found

    def require_consistent(self) -> None:
        """What is held is what open meetings and topics need, and nobody and no table has two at once."""
        database, tenant = self.bench.foundation.database, self.bench.tenant
        meetings = self.store.meetings.page(tenant, {}, limit=0)
        held = Counter(
            (each["member_id"], hold["id"], hold["starts_at"], hold["ends_at"])
            for each in database["held_time"].find({"tenant": tenant})
            for hold in each["held"]
        )
        needed = Counter(
            (hold.member_id, hold.id, hold.starts_at, hold.ends_at)
            for each in (*meetings, *self.store.topics.page(tenant, {}, limit=0))
            for hold in each.holds
        )
        assert held == needed
        theirs: dict[str, list[tuple[datetime, datetime]]] = {}
        for member_id, _, starts_at, ends_at in held:
            theirs.setdefault(member_id, []).append((starts_at, ends_at))
        for times in theirs.values():
            in_order = sorted(times)
            assert all(one[1] <= other[0] for one, other in pairwise(in_order))
        taken = Counter(seat for each in meetings if (seat := each.seat) is not None)
        tables = {
            (each["slot_id"], each["name"]): (each["taken"], each["capacity"])
            for each in database["slot_tables"].find({"tenant": tenant})
        }
        assert {key: number for key, (number, _) in tables.items() if number} == taken
        assert all(number <= capacity for number, capacity in tables.values())


def slot(begins: datetime, number: int, tables: int = 2, **more: Any) -> dict[str, Any]:
    """The slot with this number, of half an hour, with so many tables."""
    starts_at = begins + timedelta(minutes=30 * number)
    return {
        "starts_at": rfc3339(starts_at),
        "ends_at": rfc3339(starts_at + timedelta(minutes=30)),
        "places": [{"name": f"Table {each + 1}"} for each in range(tables)],
    } | more
