"""What a webhook named is fetched: due work, so that a webhook never waits for its own system."""

from dataclasses import dataclass
from datetime import timedelta

from services.events.commands.configure_source import reach_of
from services.events.commands.source_secrets import SourceSecrets
from services.events.commands.take_found import refuse, take_found, things_in
from services.events.domain.source import Source
from services.events.sources.asking import Failed, Found, NotThere, Wait, ask
from services.events.store import Store
from services.events.store.syncs import FETCHES
from shared.errors import Fault, Unavailable
from shared.messaging.due import Claimed, DueWork
from shared.messaging.patience import Patience
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.outgoing.get import Client
from shared.settings import Network
from shared.storage.client import Document
from shared.storage.sealing import SecretLost, SecretMisplaced

PATIENCE = Patience(attempts=20, first_pause=5.0, factor=2.0, longest_pause=3600.0)
"""About ten hours of trying; by then the reading of what changed has brought it, or will."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How sources are asked."""

    store: Store
    secrets: SourceSecrets
    networks: tuple[Network, ...]
    deadline: float = 20.0

    def ask(self, unit_of_work: UnitOfWork, source: Source, path: str) -> Found:
        """Raises NotThere, Wait, Failed."""
        try:
            token = self.secrets.token(source)
        except (SecretLost, SecretMisplaced, Unavailable) as error:
            raise Failed(str(error), away=True) from error
        client = Client(reach_of(source, self.networks), deadline=self.deadline)
        return ask(client, source, token, path, unit_of_work.clock.now())


def fetches(reader: Reader) -> DueWork:
    """The due work; its lease is longer than a request may take."""
    store = reader.store

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        fetch = claimed.document
        source = store.sources.find(fetch["tenant"], fetch["source_id"])
        outcome = _asked(unit_of_work, reader, source, fetch["path"])

        def settle(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            if source is None:
                store.syncs.fetched(transaction.session, fetch)
            elif isinstance(outcome, Found):
                take_found(transaction, store, source, things_in(source, outcome.content))
                store.syncs.fetched(transaction.session, fetch)
                store.syncs.note(transaction.session, source.id, None)
            elif outcome is not None:
                _fail(transaction, store, source, fetch, outcome)

        unit_of_work.run(settle, tenant=fetch["tenant"])

    return DueWork("fetch_from_sources", FETCHES, perform, lease_seconds=60)


def _asked(
    unit_of_work: UnitOfWork, reader: Reader, source: Source | None, path: str
) -> Found | NotThere | Wait | Failed | None:
    if source is None:
        return None  # it was deleted meanwhile
    try:
        return reader.ask(unit_of_work, source, path)
    except (NotThere, Wait, Failed) as error:
        return error


def _fail(
    transaction: Transaction, store: Store, source: Source, fetch: Document, error: NotThere | Wait | Failed
) -> None:
    session, syncs, path = transaction.session, store.syncs, fetch["path"]
    failures = fetch["failures"] + 1
    if isinstance(error, Wait):
        syncs.hold(session, source.id, transaction.now + timedelta(seconds=error.seconds))
    elif isinstance(error, NotThere):
        named = path.partition("?")[0]
        detail = f"A webhook named {named}, and the source has nothing there for this token. Nothing was changed."
        refuse(transaction, store, source, path, [Fault("", detail)], None, "not_there")
        syncs.fetched(session, fetch)
    elif failures >= PATIENCE.attempts:
        detail = f"{path.partition('?')[0]} could not be fetched in {failures} tries. {error}"
        refuse(transaction, store, source, path, [Fault("", detail)], None, "not_fetched")
        syncs.fetched(session, fetch)
    else:
        again = transaction.now + PATIENCE.pause(failures)
        syncs.try_fetch_again(session, fetch, again)
        if error.away:
            syncs.hold(session, source.id, again)
            syncs.note(session, source.id, str(error))
