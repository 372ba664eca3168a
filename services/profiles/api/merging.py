"""Members who are one person, over HTTP: who may be, merging two, and taking that back."""

from typing import Any

from marshmallow import Schema

from services.profiles.api.context import store
from services.profiles.api.schemas import MemberSchema
from services.profiles.commands.merge_member import merge_member
from services.profiles.commands.unmerge_member import unmerge_member
from services.profiles.domain.likeness import Reason, survives
from services.profiles.domain.member import Member
from services.profiles.store.candidates import Candidate
from shared.contracts.fields import Choice, Id, Many, One, Record
from shared.web import Blueprint, Page, audit, etag, principal, requested, require_match, roles, transaction

blueprint = Blueprint("merging", __name__, url_prefix="/v1", description="Members who turn out to be one person.")


class MergeSchema(Record):
    """Into whom."""

    into = Id("The member who survives.", required=True)


class MergeCandidateSchema(Schema):
    """Two members who may be one person, as one would merge them: `member` into `into`."""

    member = One("The one who would be merged away.", MemberSchema, required=True)
    into = One("The one who would survive: registered, or known for longer.", MemberSchema, required=True)
    reasons = Many(
        "Why: the same name and organization, addresses that are delivered alike, the same name and an address that "
        "tickets of both name, the same name where one is known from tickets alone, a feed's row that named both.",
        Choice("A reason.", tuple(Reason), required=True),
        len(Reason),
        required=True,
    )


@blueprint.get("/merge-candidates")
@roles("coordinator")
@blueprint.page(MergeCandidateSchema)
def candidates() -> Page[dict[str, Any]]:
    """Lists pairs of members who may be one person, with the reasons.

    They are found soon after one of the two has changed. A page may hold fewer than `limit`: who was merged or changed
    meanwhile is left out.
    """
    wanted, tenant = requested(), principal().tenant
    found = store().candidates.page(tenant, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda candidate: candidate.id)
    members = store().members.by_id(tenant, {each for candidate in page.items for each in candidate.members})
    shown = [_shown(each, members) for each in page.items if all(one in members for one in each.members)]
    audit.shows(each[side].id for each in shown for side in ("member", "into"))
    return Page(shown, page.next)


@blueprint.post("/members/<id:identifier>/merge")
@roles("coordinator")
@blueprint.arguments(MergeSchema)
@blueprint.response(200, MemberSchema)
def merge(body: dict[str, Any], identifier: str) -> Member:
    """Merges the member into another, and answers with the survivor.

    The survivor keeps what it has and gets what it lacks, all identifiers, tickets, groups, and in the other services
    everything that was the member's; so make sure that the member's addresses and numbers, by which people sign in and
    are found, are the survivor's. The member is gone: `GET` answers 404 and names the survivor, tokens of the member
    act as the survivor. For `unmerge_days` of the association's numbers it can be undone.

    422 where `into` is nobody or the member themselves; 409 where it was merged into another, or the two together have
    more groups or identifiers than one member can.
    """
    current = transaction()
    away = store().members.get(current.tenant, identifier, current.session)
    require_match(away.version)
    audit.shows([body["into"]])
    survivor = merge_member(current, store(), away, body["into"])
    etag(survivor.version)
    return survivor


@blueprint.post("/members/<id:identifier>/unmerge")
@roles("coordinator")
@blueprint.response(200, MemberSchema)
def unmerge(identifier: str) -> Member:
    """Takes the merge of this member into another back, and answers with the member, who is there again.

    They get back what came from them and has not been changed since; what the survivor gained since stays there.

    409 where the member was not merged, where it is too long ago, and where the survivor was merged into another in
    turn: that has to be undone first.
    """
    member = unmerge_member(transaction(), store(), identifier)
    etag(member.version)
    return member


def _shown(candidate: Candidate, members: dict[str, Member]) -> dict[str, Any]:
    one, other = (members[each] for each in candidate.members)
    into = survives(one, other)
    return {"member": other if into is one else one, "into": into, "reasons": candidate.reasons}
