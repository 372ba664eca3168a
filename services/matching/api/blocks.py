"""Blocks over HTTP: a member's own, which nobody else learns of."""

from services.matching.api.context import store
from services.matching.commands.block_member import block_member, lift_block
from services.matching.domain.block import Block
from services.matching.store.blocks import shown_to
from shared.contracts.fields import Id, Record, Timestamp
from shared.web import Blueprint, Page, member_id, principal, requested, roles, transaction

blueprint = Blueprint("blocks", __name__, url_prefix="/v1/blocks", description="Whom a member wants kept away.")


class BlockSchema(Record):
    """One of the caller's own."""

    member_id = Id("Who is blocked.", required=True)
    since = Timestamp("Since when.", required=True)


@blueprint.get("")
@roles("member")
@blueprint.page(BlockSchema)
def index() -> Page[Block]:
    """Lists whom the caller blocks."""
    wanted = requested()
    found = store().blocks.page(principal().tenant, shown_to(member_id()), limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda block: block.id)


@blueprint.put("/<id:identifier>")
@roles("member")
@blueprint.response(200, BlockSchema)
def block(identifier: str) -> Block:
    """Blocks a member, at once and both ways; again, it stays as it is.

    The two no longer find, ask or meet each other; what is open between them ends. The other one is not told, and
    cannot tell it from somebody who is not there.
    """
    return block_member(transaction(), store(), member_id(), identifier)


@blueprint.delete("/<id:identifier>")
@roles("member")
@blueprint.response(204)
def lift(identifier: str) -> None:
    """Lifts the caller's block, if there is one. What it ended does not come back; the other's block stays."""
    lift_block(transaction(), store(), member_id(), identifier)
