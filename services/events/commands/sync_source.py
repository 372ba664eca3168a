"""Reconciliation: what changed at a source since it was last read, page by page; it repairs what a lost webhook missed.

The cursor is the source's own time of the first page, and moves only when the last page was taken in. An event that is
not there any more stops its reading and says so; nothing is ever removed for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.events.commands.fetch_named import PATIENCE, Reader
from services.events.commands.take_found import take_found
from services.events.domain.source import Source, SourceKind, is_slug
from services.events.sources import eventbrite, pretix_api
from services.events.sources.asking import Failed, NotThere, Wait
from services.events.store import Store
from services.events.store.syncs import PLANS, SYNCS
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.client import Document

EACH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Page:
    """Orders or attendees, what continues them, and how current the first page was by the source's clock."""

    things: Sequence[Any]
    following: str | int | None
    as_of: str | None


def plans(store: Store) -> DueWork:
    """The due work of finding which events of a source are to be read: those that events of ours name by now."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        plan = claimed.document
        source = store.sources.find(plan["tenant"], plan["_id"])
        names = [] if source is None else store.syncs.event_ids(source.tenant, source.name)

        def begin(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            if source is not None:
                store.syncs.begin(transaction.session, source.tenant, source.id, names, transaction.now)
            store.syncs.planned(transaction.session, plan, None if source is None else transaction.now + EACH)

        unit_of_work.run(begin, tenant=plan["tenant"])

    return DueWork("plan_syncs", PLANS, perform)


def syncs(reader: Reader) -> DueWork:
    """The due work of reading one page; its lease is longer than a request and its transaction may take."""
    store = reader.store

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        sync = claimed.document
        source = store.sources.find(sync["tenant"], sync["source_id"])
        outcome = None if source is None else _read(unit_of_work, reader, source, sync)

        def settle(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            if source is None:
                store.syncs.drop(transaction.session, sync)
            elif isinstance(outcome, _Page):
                take_found(transaction, store, source, outcome.things)
                store.syncs.note(transaction.session, source.id, None)
                _go_on(transaction, store, sync, outcome)
            elif outcome is not None:
                _fail(transaction, store, source, sync, outcome)

        unit_of_work.run(settle, tenant=sync["tenant"])

    return DueWork("sync_sources", SYNCS, perform, lease_seconds=120)


def _read(unit_of_work: UnitOfWork, reader: Reader, source: Source, sync: Document) -> _Page | NotThere | Wait | Failed:
    page: Mapping[str, Any] = sync["page"] or {}
    event_id = sync["source_event_id"]
    if not is_slug(event_id):
        return NotThere()
    if source.kind is SourceKind.PRETIX:
        path = pretix_api.orders_path(source.organizer or "", event_id, sync["cursor"], page.get("following"))
    else:
        path = eventbrite.attendees_path(event_id, sync["cursor"], page.get("following"))
    try:
        found = reader.ask(unit_of_work, source, path)
        things, following = _things(source, found.content)
    except NotThere as error:
        # A later page that is gone is a list that became shorter; the event itself is there.
        return Failed("The list became shorter while it was read: it is read anew.") if page else error
    except (Wait, Failed) as error:
        return error
    return _Page(things, following, page.get("as_of") or found.as_of)


def _things(source: Source, content: Any) -> tuple[Sequence[Any], str | int | None]:
    following: str | int | None
    try:
        if source.kind is SourceKind.PRETIX:
            things, following = content["results"], pretix_api.next_page(content)
        else:
            things, following = content["attendees"], eventbrite.next_page(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Failed("The source's answer is no page of a list as it documents it.") from error
    if not isinstance(things, list):
        raise Failed("The source's answer is no page of a list as it documents it.")
    return things, following


def _go_on(transaction: Transaction, store: Store, sync: Document, page: _Page) -> None:
    if page.following is not None:
        following = {"following": page.following, "as_of": page.as_of}
        store.syncs.change(transaction.session, sync, page=following, failures=0, error=None)
        return
    store.syncs.change(
        transaction.session,
        sync,
        cursor=page.as_of or sync["cursor"],
        synced_at=transaction.now,
        page=None,
        failures=0,
        error=None,
        due_at=None,
    )


def _fail(
    transaction: Transaction, store: Store, source: Source, sync: Document, error: NotThere | Wait | Failed
) -> None:
    session, now = transaction.session, transaction.now
    if isinstance(error, Wait):
        store.syncs.change(session, sync, error=str(error))
        store.syncs.hold(session, source.id, now + timedelta(seconds=error.seconds))
    elif isinstance(error, NotThere):
        stopped = (
            f"The source has no event {sync['source_event_id']} any more, or not for this token. It is read no "
            "more, and nothing was removed. When it is there again, POST sync begins again."
        )
        store.syncs.change(session, sync, stopped=stopped, error=stopped, page=None, due_at=None)
    else:
        failures = sync["failures"] + 1
        again = now + PATIENCE.pause(failures)
        # From the first page once more: what a source says of later pages may belong to a list that changed.
        store.syncs.change(session, sync, error=str(error), failures=failures, page=None, due_at=again)
        if error.away:
            store.syncs.hold(session, source.id, again)
            store.syncs.note(session, source.id, str(error))
