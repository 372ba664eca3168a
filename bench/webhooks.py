"""What one dead receiver of webhooks does to the others: their delays with it and without, turn by turn."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import orjson

from bench.attendees import TENANT
from bench.ground import scratch
from bench.result import Result, percentile
from services.notifications.api.context import EXTENSION, Context
from services.notifications.app import build
from services.notifications.commands.configure_webhook import WebhookOffice
from services.notifications.domain.webhook import Webhook
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, Service, lay
from shared.settings import Settings
from shared.storage.migrations import migrate

RECEIVERS = 10
TURNS = 4
SECONDS_A_TURN = 10.0
SECONDS_BETWEEN = 0.2
_TYPE = "org.ithaca.registration.confirmed.v1"


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Milliseconds from a message at the worker to its arrival, the 99th percentile."""
    with scratch(settings) as own, receiving() as receiver, _dead() as dead:
        reachable = replace(
            own, allowed_networks=(ipaddress.ip_network("127.0.0.0/8"),), secret_keys=("a-secret-of-the-benchmark",)
        )
        ground = lay(reachable, "notifications")
        service = build(ground)
        migrate(ground.database, service.all_indexes())
        context = service.views().extensions[EXTENSION]
        if not isinstance(context, Context):
            raise TypeError("notifications has no webhooks")
        office = context.webhooks
        for number in range(RECEIVERS):
            registered(ground, office, f"http://127.0.0.1:{receiver.port}/{number}")
        broken = registered(ground, office, f"http://127.0.0.1:{dead}/")
        delays: dict[bool, list[float]] = {False: [], True: []}
        loop = DueLoop(ground.unit_of_work, service.due, ground.clock)
        turning = threading.Thread(target=loop.run)
        turning.start()
        try:
            for turn in range(TURNS * 2):
                disturbed = turn % 2 == 1
                broken = _enabled(ground, office, broken, disturbed)
                delays[disturbed] += _turn(service, loop, receiver)
        finally:
            loop.stop()
            turning.join()
        ground.close()
    undisturbed, beside = (percentile(delays[each], 0.99) * 1000 for each in (False, True))
    progress(f"webhooks: p99 {undisturbed:.0f} ms undisturbed, {beside:.0f} ms beside a dead receiver")
    notes = f"{RECEIVERS} receivers, {len(delays[True]):,} deliveries each way; the floor is without the dead one"
    return [Result("webhooks_p99", "ms", beside, undisturbed, None, notes, higher_is_better=False)]


@dataclass
class Receiver:
    """What has come where and when."""

    port: int
    arrived: dict[tuple[str, str], float] = field(default_factory=dict)


def _turn(service: Service, loop: DueLoop, receiver: Receiver) -> list[float]:
    """The delays of all that came meanwhile, in seconds."""
    handling, sent = service.handling(), {}
    begun = time.monotonic()
    for number in count():
        time.sleep(max(0.0, begun + number * SECONDS_BETWEEN - time.monotonic()))
        if time.monotonic() - begun > SECONDS_A_TURN:
            break
        record = record_for(new_id())
        sent[dict(record.headers)["ce_id"].decode()] = time.monotonic()  # type: ignore[union-attr]
        handling.handle([record])
        loop.wake()
    wanted = {(f"/{number}", identifier) for number in range(RECEIVERS) for identifier in sent}
    while not wanted <= receiver.arrived.keys():
        time.sleep(0.05)
    return [receiver.arrived[each] - sent[each[1]] for each in wanted]


_offsets = count()


def record_for(member_id: str) -> Record:
    """A message that tells this member, and goes to all webhooks."""
    data = {"id": new_id(), "event_id": new_id(), "member_id": member_id, "status": "confirmed", "attending": True}
    headers = {
        "ce_specversion": "1.0",
        "ce_id": new_id(),
        "ce_source": f"/tenants/{TENANT}/services/events",
        "ce_type": _TYPE,
        "ce_tenant": TENANT,
        "ce_aggregateversion": "1",
        "content-type": "application/json",
    }
    raw = [(name, text.encode()) for name, text in headers.items()]
    return Record("registrations.v1", 0, next(_offsets), None, data["id"].encode(), orjson.dumps(data), raw)  # type: ignore[attr-defined]


def registered(ground: Foundation, office: WebhookOffice, url: str) -> Webhook:
    """A webhook to there."""

    def create(transaction: Transaction) -> Webhook:
        return office.create(transaction, url=url, types=[_TYPE])[0]

    return ground.unit_of_work.run(create, tenant=TENANT)


def _enabled(ground: Foundation, office: WebhookOffice, webhook: Webhook, enabled: bool) -> Webhook:
    def change(transaction: Transaction) -> Webhook:
        current = office.store.webhooks.live(TENANT, webhook.id, transaction.session)
        return office.change(transaction, current, {}, enabled=enabled)

    return ground.unit_of_work.run(change, tenant=TENANT)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Whoever takes webhooks, all of them at once."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            made.arrived.setdefault((self.path, self.headers["webhook-id"]), time.monotonic())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        made = Receiver(listening.server_port)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield made
        listening.shutdown()
        thread.join()


@contextmanager
def _dead() -> Iterator[int]:
    """The port of somebody who takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening.getsockname()[1]
