"""A member, or a coordinator for them, asks for all that the platform holds of the member."""

from services.profiles.commands.export_tokens import ExportTokens
from services.profiles.domain.export import Export, ExportState, begun
from services.profiles.domain.member import Member
from services.profiles.store import Store
from services.profiles.store.exports import ARCHIVE
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from shared.settings import SERVICES


def request_export(
    transaction: Transaction,
    store: Store,
    tokens: ExportTokens,
    member: Member,
    before: Export | None,
    *,
    token: str,
    whole: bool,
) -> Export:
    """The export that is being collected, by this token from now on; a new one in the place of one that is ready.

    `before` is the one there is. Raises Unavailable where no secret can be kept here.
    """
    session = transaction.session
    if before is not None and before.state is not ExportState.READY:
        sealed = tokens.sealed(member.tenant, before.id, token)
        return store.exports.save(session, before.asked_again(sealed, transaction.now))
    if before is not None:
        store.exports.drop(session, before, ARCHIVE)
        store.exports.remove(session, before)
    identifier = new_id()
    sealed = tokens.sealed(member.tenant, identifier, token)
    made = begun(
        identifier, member.tenant, member.id, whole=whole, services=SERVICES, token=sealed, now=transaction.now
    )
    store.exports.insert(session, made)
    return made
