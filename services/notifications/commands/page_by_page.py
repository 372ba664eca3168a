"""News for many: told a page at a time, each page in one transaction that ends the claim on it."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage import Aggregate, Repository


class News(Aggregate, Protocol):
    """What remembers the message that it came from."""

    @property
    def message_id(self) -> str: ...
    @property
    def correlation_id(self) -> str | None: ...
    @property
    def traceparent(self) -> str | None: ...


N = TypeVar("N", bound=News)


def page_by_page(name: str, kept: Repository[N], tell_page: Callable[[Transaction, N], None]) -> DueWork:
    """The due work of news in this collection; `tell_page` says in its transaction when the next page is due."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        news = kept.from_document(claimed.document)

        def tell(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            tell_page(transaction, news)

        cause = Cause(news.correlation_id or new_id(), news.message_id, news.traceparent)
        unit_of_work.run(tell, tenant=news.tenant, cause=cause)

    return DueWork(name, kept.collection.name, perform)
