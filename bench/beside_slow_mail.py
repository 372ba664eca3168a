"""Inboxes, their live streams and webhooks while one mail domain takes seconds for each mail, beside undisturbed ones.

As in `slow_mail.py`, more of those mails are due all the while than the senders could ever take. Messages come to the
worker one after the other; each is an inbox item, an event of its member's stream, and a webhook.
"""

import dataclasses
import ipaddress
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller

from bench.ground import scratch
from bench.result import Result, median, percentile
from bench.slow_mail import SLOW_DOMAIN, SLOW_DUE, SLOW_SECONDS, Server, tell_by_mail
from bench.streams import Listeners
from bench.web import running_web
from bench.webhooks import Receiver, receiving, record_for, registered
from services.notifications.api.context import EXTENSION, Context
from services.notifications.app import build
from services.notifications.store import Store
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.service import Foundation, Service, lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.ports import free_port

_RUNS = 3
_MESSAGES = 100
_EACH_SECONDS = 0.1

Delays = dict[str, list[float]]


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Milliseconds from a message at the worker, the 99th percentile."""
    quiet: defaultdict[str, list[float]] = defaultdict(list)
    beside: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(_RUNS):
        for found, slow in ((quiet, False), (beside, True)):
            for name, delays in _delays(settings, slow=slow).items():
                found[name].append(percentile(delays, 0.99))
        told = ", ".join(f"{name} {quiet[name][-1]:.0f} and {beside[name][-1]:.0f} ms" for name in quiet)
        progress(f"p99 undisturbed and beside a slow mail domain: {told}")
    notes = (
        f"{_MESSAGES} messages; one domain takes {SLOW_SECONDS:g} s a mail, {SLOW_DUE} due at once. The floor is the "
        f"same without the slow domain, medians of {_RUNS} rounds in turns"
    )
    results = []
    for name in quiet:
        product, floor = median(beside[name]), median(quiet[name])
        results.append(Result(f"slow_mail_{name}_p99", "ms", product, floor, None, notes, higher_is_better=False))
    return results


def _delays(settings: Settings, *, slow: bool) -> Delays:
    port = free_port()
    controller = Controller(Server(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with scratch(settings) as own, tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder:
            here = dataclasses.replace(
                own,
                smtp_url=f"smtp://127.0.0.1:{port}",
                allowed_networks=(ipaddress.ip_network("127.0.0.0/8"),),
                secret_keys=("a-secret-of-the-benchmark",),
            )
            with receiving() as receiver, _working(here) as (ground, service, loop):
                _register(ground, service, receiver)
                if slow:
                    for _ in range(SLOW_DUE):
                        tell_by_mail(ground, Store(ground.database), SLOW_DOMAIN)
                return _told(here, Path(folder), service, loop, receiver)
    finally:
        controller.stop()


@contextmanager
def _working(settings: Settings) -> Iterator[tuple[Foundation, Service, DueLoop]]:
    ground = lay(settings, "notifications")
    service = build(ground)
    migrate(ground.database, service.all_indexes())
    loop = DueLoop(ground.unit_of_work, service.due, ground.clock)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield ground, service, loop
    finally:
        loop.stop()
        thread.join()
        ground.close()


def _register(ground: Foundation, service: Service, receiver: Receiver) -> None:
    context = service.views().extensions[EXTENSION]
    if not isinstance(context, Context):
        raise TypeError("notifications has no webhooks")
    registered(ground, context.webhooks, f"http://127.0.0.1:{receiver.port}/")


def _told(settings: Settings, folder: Path, service: Service, loop: DueLoop, receiver: Receiver) -> Delays:
    handling, sent = service.handling(), {}
    found: Delays = {"inbox": [], "stream": [], "webhooks": []}
    with running_web(settings, folder, "notifications") as web:
        listeners = Listeners()
        try:
            members = [new_id() for _ in range(_MESSAGES)]
            for member in members:
                listeners.connect(web, member)
            listeners.until_all_have(b"event: ready")
            for member in members:
                record = record_for(member)
                begun = sent[_id_of(record.headers)] = time.monotonic()
                handling.handle([record])
                found["inbox"].append((time.monotonic() - begun) * 1000)
                loop.wake()
                listeners.until(member, b"event: notification")
                found["stream"].append((time.monotonic() - begun) * 1000)
                time.sleep(max(0.0, begun + _EACH_SECONDS - time.monotonic()))
        finally:
            listeners.close()
    while not {("/", each) for each in sent} <= receiver.arrived.keys():
        time.sleep(0.05)
    found["webhooks"] = [(receiver.arrived["/", each] - begun) * 1000 for each, begun in sent.items()]
    return found


def _id_of(headers: object) -> str:
    return str(dict(headers)["ce_id"].decode())  # type: ignore[call-overload]
