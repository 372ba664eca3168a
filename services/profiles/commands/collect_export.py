"""What the services hold of a member is collected, one service at a time, and made into an archive.

A step asks one service, so that one that does not answer holds nothing up for longer than its own deadline. What was
collected stays while others are away: a killed worker, or a new token, goes on where the export stands.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from services.profiles.archive.bundle import bundle
from services.profiles.commands.export_share import export_share
from services.profiles.commands.export_tokens import ExportTokens
from services.profiles.domain.export import Export, Part, PartState
from services.profiles.peers import NoShare, Peers, TokenRefused, UnknownThere
from services.profiles.settings import SELF
from services.profiles.store import Store
from services.profiles.store.exports import ARCHIVE, COLLECTION
from shared.errors import Unavailable
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.sealing import SecretLost
from shared.telemetry import logs
from shared.web.bodies import encode
from shared.web.export_share import Asked

_log = logs.logger(__name__)

_Change = Callable[[Transaction, Export], Export]


@dataclass(frozen=True, slots=True)
class Collector:
    """What collecting takes."""

    store: Store
    tokens: ExportTokens
    peers: Peers

    def work(self) -> DueWork:
        """The due work of it."""
        return DueWork("collect_exports", COLLECTION, self._perform)

    def _perform(self, unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        export = self.store.exports.from_document(claimed.document)
        change = self._next(export, unit_of_work)

        def settle(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            # Asked for again meanwhile it has another token; of an erased member nothing is written.
            current = self.store.exports.find(transaction.tenant, export.id, transaction.session)
            if current is not None:
                self.store.exports.save(transaction.session, change(transaction, current))

        unit_of_work.run(settle, tenant=export.tenant)

    def _next(self, export: Export, unit_of_work: UnitOfWork) -> _Change:
        if not export.missing:
            return self._archived(export, unit_of_work)
        part = export.missing[0]
        if part.service == SELF:
            return self._own(export)
        if not export.may_ask(unit_of_work.clock.now()):
            return _without(export, part)
        return self._asked(export, part)

    def _asked(self, export: Export, part: Part) -> _Change:
        try:
            token = self.tokens.opened(export)
            share = self.peers.share(part.service, export.member_id, token, whole=export.whole)
        except UnknownThere:
            return lambda transaction, current: current.given(part.service, PartState.NOTHING, 0, transaction.now)
        except (TokenRefused, SecretLost):
            _log.info("export_needs_a_token", tenant=export.tenant, service=part.service)
            return _without(export, part)
        except (NoShare, Unavailable) as error:
            problem = error.problem if isinstance(error, NoShare) else "no_secret_key"
            _log.warning("export_waits_for_service", tenant=export.tenant, service=part.service, problem=problem)
            return lambda transaction, current: current.failed(part.service, problem, transaction.now)
        return self._collected(part.service, share)

    def _own(self, export: Export) -> _Change:
        sections = export_share(self.store, Asked(export.tenant, export.member_id, export.whole))
        if sections is None:
            return lambda transaction, current: current.given(SELF, PartState.NOTHING, 0, transaction.now)
        share = {
            "service": SELF,
            "member_id": export.member_id,
            "whole": export.whole,
            "sections": sections,
        }
        return self._collected(SELF, encode(share))

    def _collected(self, service: str, share: bytes) -> _Change:
        content = zlib.compress(share)

        def change(transaction: Transaction, current: Export) -> Export:
            self.store.exports.keep(transaction.session, current, service, content)
            return current.given(service, PartState.COLLECTED, len(share), transaction.now)

        return change

    def _archived(self, export: Export, unit_of_work: UnitOfWork) -> _Change:
        now = unit_of_work.clock.now()
        shares = {part.service: self._share(export, part) for part in export.parts}
        content = bundle(export.member_id, now, whole=export.whole, shares=shares)

        def change(transaction: Transaction, current: Export) -> Export:
            ready = current.ready(len(content), transaction.now)
            self.store.exports.keep(transaction.session, ready, ARCHIVE, content)
            for part in current.parts:
                self.store.exports.drop(transaction.session, current, part.service)
            return ready

        return change

    def _share(self, export: Export, part: Part) -> bytes | None:
        if part.state is PartState.NOTHING:
            return None
        return zlib.decompress(b"".join(self.store.exports.pieces(export, part.service)))


def _without(export: Export, part: Part) -> _Change:
    def change(transaction: Transaction, current: Export) -> Export:
        if current.token != export.token:
            return current
        return current.failed(part.service, "token_refused", transaction.now).interrupted(transaction.now)

    return change
