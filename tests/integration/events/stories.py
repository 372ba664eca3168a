"""Stories of tickets and members at random, told to tenants that are alike, and what each tenant is left with."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging.record import Record
from tests.integration.events.conftest import Bench, ticket
from tests.integration.events.test_registering import register

STATUSES = ("pending", "confirmed", "confirmed", "confirmed", "waitlisted", "cancelled", "refunded", "no_show")
BEGINNING = datetime(2026, 11, 1, 10, tzinfo=UTC)
SOURCES = ("summit", "summit", "summit", "gala", "gala", "closed", "draft", "nobody")
MEMBERS = 6
TICKETS = 5

Seen = dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """A tenant with an event of each kind and a member with a place of their own."""

    bench: Bench
    events: dict[str, str]
    members: tuple[str, ...]

    @classmethod
    def made(cls, bench: Bench) -> "World":
        """`summit` has one seat, `closed` is cancelled, `draft` not published; no event names `nobody`."""
        options: dict[str, dict[str, Any]] = {"summit": {"capacity": 1}, "gala": {}, "closed": {}, "draft": {}}
        events = {
            name: bench.event(sources=[{"source": "pretix", "source_event_id": name}], publish=name != "draft", **more)
            for name, more in options.items()
        }
        bench.call("POST", f"/v1/events/{events['closed']}/cancel", "organizer")
        bench.perform_due()
        members = tuple(new_id() for _ in range(MEMBERS))
        register(bench, events["gala"], members[0])
        return cls(bench, events, members)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a story; `member` is whom it announces, None for a ticket's."""

    message: Callable[[World], Record]
    member: int | None = None


@dataclass(slots=True)
class Teller:
    """Makes up one story from one seed."""

    random: random.Random
    claims: list[dict[str, int]] = field(default_factory=lambda: [{} for _ in range(MEMBERS)])
    versions: list[int] = field(default_factory=lambda: [0] * MEMBERS)
    owned: dict[str, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    told: int = 0

    def story(self, length: int) -> list[Line]:
        """Tickets are made, changed, cancelled, removed, said twice and out of order; members claim them meanwhile."""
        lines = [self._member() for _ in range(MEMBERS)]
        while len(lines) < length:
            chance = self.random.random()
            if chance < 0.08:
                lines.append(self.random.choice(lines))
            elif chance < 0.25:
                lines.append(self._member())
            elif chance < 0.32:
                lines.append(self._removal())
            else:
                lines.append(self._ticket())
        return lines

    def _ids(self) -> dict[str, str]:
        return {
            "source_event_id": self.random.choice(SOURCES),
            "source_registration_id": f"A-{self.random.randrange(TICKETS)}",
            "updated_at": self._moment(),
        }

    def _identifier(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    def _moment(self) -> str:
        """Time goes on, four messages a minute, with some that are of the same moment and some that come late."""
        self.told += 1
        return rfc3339(BEGINNING + timedelta(minutes=self.told // 4 + self.random.randint(-2, 1)))

    def _ticket(self) -> Line:
        data = ticket(
            status=self.random.choice(STATUSES),
            person={"name": self.random.choice(("Ada Okafor", "Ben Mensah"))},
            mentoring=self.random.choice(([], ["mentor"], ["mentee", "mentor"])),
            checked_in_at=self.random.choice((None, None, "2026-11-05T09:00:00Z")),
            **self._ids(),
        )
        return self._said("attendee.published.v1", data)

    def _removal(self) -> Line:
        return self._said("attendee.removed.v1", {"source": "pretix", **self._ids()})

    def _said(self, type_name: str, data: dict[str, Any]) -> Line:
        identifier = self._identifier()
        return Line(lambda world: world.bench.message("attendees.v1", type_name, data, identifier=identifier))

    def _member(self) -> Line:
        """Members keep what they claimed, and now and then claim what was another's, by a higher version.

        Who was erased is announced no more.
        """
        number = self.random.choice([each for each in range(MEMBERS) if each not in self.gone])
        value = f"{self.random.choice(SOURCES)}/A-{self.random.randrange(TICKETS)}"
        self.owned[value] = self.owned.get(value, 0) + 1
        self.claims[number][value] = self.owned[value]
        self.versions[number] += 1
        version = self.versions[number]
        erased = len(self.gone) < MEMBERS - 1 and self.random.random() < 0.1
        if erased:
            self.gone.add(number)
        identifiers = [
            {"issuer": "pretix", "value": each, "version": owned} for each, owned in self.claims[number].items()
        ]
        identifier = self._identifier()

        def message(world: World) -> Record:
            member_id = world.members[number]
            state = {"id": member_id, "given_name": "Ada", "family_name": "Okafor", "identifiers": identifiers}
            return world.bench.message(
                "members.v1",
                "member.erased.v1" if erased else "member.updated.v1",
                None if erased else state,
                key=member_id,
                version=version,
                identifier=identifier,
            )

        return Line(message, number)


def in_batches(story: Sequence[Line], chance: random.Random, largest: int) -> Iterator[Sequence[Line]]:
    """The story in runs of random lengths.

    No member is announced twice in one: only the newest would be applied.
    """
    batch: list[Line] = []
    size = chance.randint(1, largest)
    for line in story:
        announced = {each.member for each in batch if each.member is not None}
        if batch and (len(batch) == size or line.member in announced):
            yield batch
            batch, size = [], chance.randint(1, largest)
        batch.append(line)
    if batch:
        yield batch


def left_with(world: World) -> Seen:
    """All that the stories left of the tenant, ids replaced by what they stand for."""
    database, tenant = world.bench.foundation.database, world.bench.tenant
    names = {identifier: f"event {name}" for name, identifier in world.events.items()}
    names |= {identifier: f"member {number}" for number, identifier in enumerate(world.members)}
    registrations = list(database["registrations"].find({"tenant": tenant}).sort("_id", 1))
    made_here: Counter[str] = Counter()
    for each in registrations:
        if (origin := each["origin"]) is not None:
            names[each["_id"]] = f"ticket {origin['source_event_id']}/{origin['source_registration_id']}"
        else:  # in the order in which they were made
            whose = f"{names[each['member_id']]} at {names[each['event_id']]}"
            made_here[whose] += 1
            names[each["_id"]] = f"place {made_here[whose]} of {whose}"
    found: Seen = {
        "registrations": {each["_id"]: each for each in registrations},
        "events": {
            each["_id"]: (each["version"], each["seats_taken"], each["over_capacity"], each["state"])
            for each in database["events"].find({"tenant": tenant})
        },
        "attendance": {
            f"{each['event_id']} {each['member_id']}": each["attending"]
            for each in database["attendance"].find({"tenant": tenant})
        },
        "waiting": {
            str(each["record"]["origin"]): (each["version"], each["record"])
            for each in database["unmapped"].find({"tenant": tenant})
        },
        "identifiers": {
            each["_id"]: (each.get("member_id"), each.get("version"))
            for each in database["identifiers"].find({"tenant": tenant})
        },
        "told": _told(world),
    }
    return _renamed(found, names | {tenant: "tenant"})


def _told(world: World) -> dict[str, list[Any]]:
    """What was left in the outbox: of each key in order, with what caused it."""
    told: dict[str, list[Any]] = {}
    rows = world.bench.foundation.database["outbox"].find({}).sort([("key", 1), ("version", 1), ("ordinal", 1)])
    for row in rows:
        headers = {name: content.decode() for name, content in row["headers"]}
        if headers["ce_tenant"] == world.bench.tenant:
            entry = (headers["ce_type"], row["version"], row["ordinal"], headers.get("ce_causationid"))
            told.setdefault(row["key"], []).append((*entry, orjson.loads(row["value"])))
    return told


_MOMENTS = ("_id", "updated_at", "created_at")


def _renamed(node: Any, names: dict[str, str]) -> Any:
    """The same without our own times; an id, or what holds one between line breaks or spaces, by its name."""
    if isinstance(node, dict):
        return {
            _renamed(key, names): _renamed(value, names)
            for key, value in sorted(node.items())
            if key not in _MOMENTS or (key == "updated_at" and "message_id" in node)
        }
    if isinstance(node, list | tuple):
        return [_renamed(each, names) for each in node]
    if isinstance(node, str):
        return "|".join(names.get(part, part) for part in node.replace(" ", "\n").split("\n"))
    return node
