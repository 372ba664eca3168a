"""A tenant whose tickets are sold by the stand-in of a ticket system."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.events.commands.configure_source import Configuration
from services.events.commands.fetch_named import Reader, fetches
from services.events.commands.sync_source import plans, syncs
from services.events.store import Store
from shared.messaging.due import DueLoop
from tests.integration.events.conftest import Bench
from tests.integration.events.standin import Shop
from tests.integration.events.test_hooks import show
from tests.integration.events.test_sources import configured, shown

TOKEN = "the-token-of-the-shop"


@dataclass(frozen=True, slots=True)
class Shopping:
    """`made` is the source as it was configured."""

    bench: Bench
    shop: Shop
    made: dict[str, Any]

    @classmethod
    def at(cls, bench: Bench, shop: Shop, kind: str) -> "Shopping":
        fields = {"base_url": shop.url, "allow_private": True, "token": TOKEN}
        if kind == "pretix":
            fields["organizer"] = "assoc"
        else:
            shop.token = f"Bearer {TOKEN}"
        return cls(bench, shop, configured(bench, kind=kind, **fields))

    def hook(self, code: str, action: str = "pretix.event.order.changed", number: int = 1) -> dict[str, Any]:
        """pretix tells that something is with the order; nothing is fetched yet."""
        body = {"notification_id": number, "organizer": "assoc", "event": "summit", "code": code, "action": action}
        answer = show(self.bench, self.made, body)
        assert answer.status_code in (200, 202), answer.get_data()
        receipt: dict[str, Any] = answer.json  # type: ignore[assignment]
        return receipt

    def work(self, *, deadline: float = 5.0) -> None:
        """All due work of sources that is due."""
        doors: Configuration = self.bench.app.extensions["events_doors"]
        store = Store(self.bench.foundation.database)
        reader = Reader(store, doors.secrets, doors.networks, deadline)
        works = (plans(store), fetches(reader), syncs(reader))
        loop = DueLoop(self.bench.foundation.unit_of_work, works, self.bench.foundation.clock)
        while any(loop.step(work) for work in works):
            pass

    def sync(self) -> None:
        """By request, and read to the end of what is due."""
        answer = self.bench.call("POST", f"/v1/sources/{self.made['id']}/sync", "integrator")
        assert answer.status_code == 202
        self.work()

    def told(self) -> list[dict[str, Any]]:
        """The records published so far, oldest first; those of one millisecond are in no order."""
        rows = self.bench.foundation.database["outbox"].find({}).sort("_id", 1)
        known = {(each.key, each.version): each.data for each in self.bench.told("attendee.published")}
        return [known[row["key"], row["version"]] for row in rows if (row["key"], row["version"]) in known]

    def deliver(self) -> None:
        """What was published so far reaches the reader of the topic, as far as it did not before."""
        for each in self.bench.told("attendee"):
            self.bench.receive("attendees.v1", each.type, each.data, key=each.key)

    def state(self) -> dict[str, Any]:
        """Of the one event that is read."""
        [sync] = shown(self.bench, self.made["id"])["syncs"]
        found: dict[str, Any] = sync
        return found

    def waiting(self) -> Iterator[dict[str, Any]]:
        """What is to be fetched, now or later."""
        yield from self.bench.foundation.database["source_fetches"].find({"source_id": self.made["id"]})
