"""Firm news for many: told a page at a time, and each page read while the one before it is written."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic

from services.notifications.commands.leave_firm_news import FirmNews, leave_firm_news
from services.notifications.commands.page_by_page import N
from services.notifications.store import Store
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage import Repository
from shared.telemetry import traces

PAGES = 5
"""So many are told by one claim: a worker that is asked to stop ends with them, and other news has its turn."""

_LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Page(Generic[N]):
    """What one page is told, and the news as it stands when it has been."""

    news: FirmNews
    following: N
    is_last: bool
    """Whether nothing more is to be told for now."""


ReadPage = Callable[[N, Cause, datetime], Page[N]]


def firm_pages(name: str, store: Store, kept: Repository[N], read: ReadPage[N]) -> DueWork:
    """The due work of news in this collection, on a thread of its own.

    What a page is told is written before the transaction that ends the claim on it, or moves it on to the next: who
    takes over from one that died tells the same page again.
    """

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        news = kept.from_document(claimed.document)
        traceparent = traces.traceparent() or news.traceparent
        cause = Cause(news.correlation_id or new_id(), news.message_id, traceparent)

        def write(news: N, page: Page[N], goes_on: bool) -> None:
            leave_firm_news(store, page.news)
            # Last: an erasure that is not known of by now finds what was left, and takes it back itself.
            store.take_back_from_erased(news.tenant, news.updated_at)

            def close(transaction: Transaction) -> None:
                if goes_on:
                    claimed.renew(transaction.session, _LEASE_SECONDS)
                else:
                    claimed.confirm(transaction.session)
                kept.save_claimed(transaction.session, page.following)

            unit_of_work.run(close, tenant=news.tenant, cause=cause)

        with ThreadPoolExecutor(1, "write-behind") as writer:
            written: Future[None] | None = None
            for number in range(1, PAGES + 1):
                page = read(news, cause, unit_of_work.clock.now())
                if written is not None:
                    written.result()
                goes_on = number < PAGES and not page.is_last
                written = writer.submit(copy_context().run, write, news, page, goes_on)
                if not goes_on:
                    break
                news = replace(page.following, version=page.following.version + 1)  # type: ignore[type-var]
            if written is not None:
                written.result()

    return DueWork(name, kept.collection.name, perform, lease_seconds=_LEASE_SECONDS, threads=1)
