"""News for many that is not firm: told a page at a time, each page in one transaction that ends the claim on it."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from pymongo.errors import BulkWriteError, DuplicateKeyError

from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage import Aggregate, Repository
from shared.storage.bulk import is_duplicate


class News(Aggregate, Protocol):
    """What remembers the message that it came from."""

    @property
    def message_id(self) -> str: ...
    @property
    def correlation_id(self) -> str | None: ...
    @property
    def traceparent(self) -> str | None: ...
    @property
    def sweeps_left(self) -> int: ...


N = TypeVar("N", bound=News)
TellPage = Callable[[Transaction, N, bool], None]


def page_by_page(name: str, kept: Repository[N], sweeps: int, tell_page: TellPage[N]) -> DueWork:
    """The due work of news in this collection.

    `tell_page` says in its transaction when the next page is due; it is told whether somebody on the page may have
    heard before. In the first of the `sweeps` nobody has, and is not looked for: the unique index says so otherwise,
    and the page is told anew, with a look.
    """

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        news = kept.from_document(claimed.document)
        cause = Cause(news.correlation_id or new_id(), news.message_id, news.traceparent)

        def tell(transaction: Transaction, heard_before: bool) -> None:
            claimed.confirm(transaction.session)
            tell_page(transaction, news, heard_before)

        heard_before = news.sweeps_left < sweeps
        try:
            unit_of_work.run(partial(tell, heard_before=heard_before), tenant=news.tenant, cause=cause)
        except (BulkWriteError, DuplicateKeyError) as error:
            if heard_before or (isinstance(error, BulkWriteError) and not is_duplicate(error)):
                raise
            unit_of_work.run(partial(tell, heard_before=True), tenant=news.tenant, cause=cause)

    return DueWork(name, kept.collection.name, perform)
