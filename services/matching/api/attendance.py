"""How reliably the people of a program come to their sessions: numbers, for coordinators."""

from services.matching.api.context import store
from services.matching.store.turnouts import Reliability
from shared.contracts.fields import Id, Record, Whole
from shared.web import Blueprint, Page, principal, requested, roles

blueprint = Blueprint(
    "attendance",
    __name__,
    url_prefix="/v1/programs/<id:program_id>/attendance",
    description="Who comes to sessions and who does not, across all partners.",
)

_MANY = 1_000_000


class ReliabilitySchema(Record):
    member_id = Id("The member.", required=True)
    partners = Whole("With how many partners there was a session that came to something.", 0, _MANY, required=True)
    held = Whole("Sessions held.", 0, _MANY, required=True)
    missed = Whole("Sessions that this member did not come to.", 0, _MANY, required=True)
    cancelled_late = Whole("Sessions that this member called off late.", 0, _MANY, required=True)
    disputed = Whole(
        "Sessions of which the two say different things: neither held nor missed.", 0, _MANY, required=True
    )


@blueprint.get("")
@roles("coordinator")
@blueprint.page(ReliabilitySchema)
def index(program_id: str) -> Page[Reliability]:
    """Lists members with any session, in order of their id: what they held, missed and called off late.

    As held or missed counts what is settled, or said and not contradicted yet. What the pairs wrote stays theirs.
    """
    tenant = principal().tenant
    store().programs.get(tenant, program_id)
    wanted = requested()
    found = store().turnouts.of_program(tenant, program_id, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page(found, key=lambda each: each.member_id)
