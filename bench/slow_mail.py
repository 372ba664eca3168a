"""Mail to everybody else while one domain takes seconds for each mail: how late it is, beside an undisturbed run.

A real SMTP server on loopback thinks for 3 s about every mail to one domain (30 s of the real thing, so that a run does
not take all day); more of those are due all the while than the senders could ever take. Mails to other domains become
due at a steady rate, and their delay is from then until the server has them.
"""

import asyncio
import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

from bench.attendees import TENANT
from bench.ground import scratch
from bench.result import Result, median, percentile
from services.notifications.app import build
from services.notifications.commands.place_news import Placed, place_news
from services.notifications.domain.copies import Person
from services.notifications.domain.notification import Notification
from services.notifications.domain.preferences import Channel
from services.notifications.domain.telling import Subject
from services.notifications.domain.timing import Plan
from services.notifications.store import Store
from shared.ids import new_id
from shared.messaging.due import DueLoop
from shared.messaging.unit_of_work import Transaction
from shared.service import Foundation, lay
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.ports import free_port

SLOW_SECONDS = 3.0
SLOW_DOMAIN = "slow.example"
_RUNS = 3
_MAILS = 150
_EACH_SECONDS = 0.1
SLOW_DUE = 60


class Server:
    """Takes every mail, and notes when; at leisure where the domain is the slow one."""

    def __init__(self) -> None:
        self.taken_at: dict[str, float] = {}

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        [recipient] = envelope.rcpt_tos
        if recipient.endswith(SLOW_DOMAIN):
            await asyncio.sleep(SLOW_SECONDS)
        name = str(message_from_bytes(envelope.original_content)["To"])
        self.taken_at.setdefault(name.rpartition("<")[2].rstrip(">"), time.perf_counter())
        return "250 OK"


def run(settings: Settings, progress: Callable[[str], None]) -> list[Result]:
    """Milliseconds."""
    quiet, beside = [], []
    for _ in range(_RUNS):
        quiet.append(_delays(settings, slow=False))
        beside.append(_delays(settings, slow=True))
        progress(f"mail: p99 {_p99(quiet[-1]):.0f} ms undisturbed, {_p99(beside[-1]):.0f} ms beside a slow domain")
    product, floor = median([_p99(each) for each in beside]), median([_p99(each) for each in quiet])
    notes = (
        f"p50 {median([median(each) for each in beside]):.0f} ms, undisturbed "
        f"{median([median(each) for each in quiet]):.0f} ms; one domain takes {SLOW_SECONDS:g} s a mail, "
        f"{SLOW_DUE} due at once; "
        f"{_MAILS} mails to others, one each {_EACH_SECONDS * 1000:g} ms. The floor is the same without the slow domain"
    )
    return [Result("slow_mail_p99", "ms", product, floor, None, notes, higher_is_better=False)]


def _p99(delays: list[float]) -> float:
    return percentile(delays, 0.99)


def _delays(settings: Settings, *, slow: bool) -> list[float]:
    """Of the mails to other domains."""
    server = Server()
    port = free_port()
    with scratch(settings) as own, _sending(own, port) as foundation:
        controller = Controller(server, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            return _told(foundation, server, slow=slow)
        finally:
            controller.stop()


@contextmanager
def _sending(settings: Settings, port: int) -> Iterator[Foundation]:
    foundation = lay(dataclasses.replace(settings, smtp_url=f"smtp://127.0.0.1:{port}"), "notifications")
    service = build(foundation)
    migrate(foundation.database, service.all_indexes())
    loop = DueLoop(foundation.unit_of_work, service.due, foundation.clock)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield foundation
    finally:
        loop.stop()
        thread.join()
        foundation.close()


def _told(foundation: Foundation, server: Server, *, slow: bool) -> list[float]:
    store = Store(foundation.database)
    if slow:
        for _ in range(SLOW_DUE):
            tell_by_mail(foundation, store, SLOW_DOMAIN)
    tell_by_mail(foundation, store, "first.example")  # the first connections are made
    due_at: dict[str, float] = {}
    begun = time.perf_counter()
    for number in range(_MAILS):
        time.sleep(max(0.0, begun + number * _EACH_SECONDS - time.perf_counter()))
        due_at[tell_by_mail(foundation, store, f"quick-{number % 20}.example")] = time.perf_counter()
    while not due_at.keys() <= server.taken_at.keys():
        time.sleep(0.05)
    return [(server.taken_at[each] - due) * 1000 for each, due in due_at.items()]


def tell_by_mail(foundation: Foundation, store: Store, domain: str) -> str:
    """A member at that domain to whom a mail is due at once; their address."""
    member_id = new_id()
    email = f"{member_id}@{domain}"

    def tell(current: Transaction) -> None:
        person = Person(member_id, TENANT, 1, current.now, "Ada", "Okafor", email)
        store.people.keep(current.session, person)
        news = Notification(
            id=new_id(),
            tenant=TENANT,
            version=1,
            updated_at=current.now,
            created_at=current.now,
            member_id=member_id,
            type="org.ithaca.mentorship.paused.v1",
            message_id=new_id(),
            subject=Subject.MENTORSHIP,
            subject_id=member_id,
            about_id=member_id,
        )
        store.notifications.insert(current.session, news)
        place_news(current, store, [Placed(news, Channel.EMAIL, Plan(current.now))])

    foundation.unit_of_work.run(tell, tenant=TENANT)
    return email
