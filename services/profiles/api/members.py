"""Members over HTTP."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from services.profiles.api.context import store
from services.profiles.api.earned import earned
from services.profiles.api.erasures import ErasureSchema
from services.profiles.api.erasures import shown as erasure_shown
from services.profiles.api.schemas import MemberChangesSchema, MemberSchema, MetSchema, NewMemberSchema, SearchSchema
from services.profiles.commands.change_member import change_member
from services.profiles.commands.claim_member import claim_member
from services.profiles.commands.erase_member import erase_member
from services.profiles.commands.register_member import register_member
from services.profiles.domain.directory import Search
from services.profiles.domain.member import Member
from services.profiles.domain.reading import keys_of, profile_of
from services.profiles.domain.visibility import EARNED, earned_shown_to_members, shown_to_members, verified_among
from shared.errors import Forbidden, NotFound
from shared.web import Blueprint, Page, audit, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint("members", __name__, url_prefix="/v1/members", description="Who the members are.")

_STAFF_ONLY = ("email", "identifiers", "membership", "grade", "section")


@blueprint.post("")
@roles("coordinator")
@blueprint.arguments(NewMemberSchema)
@blueprint.response(201, MemberSchema)
def register(body: dict[str, Any]) -> Any:
    """Registers a member.

    An e-mail address or another identifier that a member has already is a conflict.
    """
    member = register_member(transaction(), store(), profile_of(body, {}), keys_of(body) or {})
    etag(member.version)
    return _entire(member), 201, {"Location": f"/v1/members/{member.id}"}


@blueprint.get("")
@roles("member", "coordinator")
@blueprint.arguments(SearchSchema, location="query")
@blueprint.page(MemberSchema)
def index(search: dict[str, Any]) -> Page[Member | dict[str, Any]]:
    """Lists the members, or finds some, in the order they became known.

    Coordinators see all fields. Members see, and find others by, what these show to all, and to those who now take
    part in an event or a program together with them.
    """
    wanted, tenant = requested(), principal().tenant
    if (named := search.get("skill")) and (concept := store().skills.taxonomy().named(named)) is not None:
        search["skill"] = concept.id  # whatever word of it a member has typed
    asked = Search(search.pop("q", ""), **search)
    members, limit, after, places = store().members, wanted.fetch, wanted.after_id, _places()
    if _is_staff():
        found = members.searched_by_staff(tenant, asked, limit=limit, after=after)
    else:
        apart = store().kept_apart.apart_from(tenant, principal().member_id)
        found = members.searched_by_member(tenant, asked, places, apart, limit=limit, after=after)
    page = wanted.page(found, key=lambda member: member.id)
    return Page(_seen(page.items, places), page.next)


@blueprint.post("/claim")
@roles("member")
@blueprint.response(200, MemberSchema)
@blueprint.doc(
    responses={
        201: {
            "description": "Nobody had the address: a new member.",
            "content": {"application/json": {"schema": MemberSchema}},
        }
    }
)
def claim() -> Any:
    """Links whoever signed in to the member that they are.

    It is the one with the address that the token vouches for (`email`, `email_verified`): known from a ticket, or fed
    by the association. Where nobody has it, a new member. Again, it is the same member. 409 without such an
    address, and where that member signs in under another name.
    """
    member, new = claim_member(transaction(), store(), principal())
    etag(member.version)
    shown = _entire(member, own=True)
    return (shown, 201, {"Location": f"/v1/members/{member.id}"}) if new else shown


@blueprint.get("/me")
@roles("member", "coordinator")
@blueprint.response(200, MemberSchema)
def read_me() -> Any:
    """Shows the calling member, with what they earned in mentoring."""
    member = store().members.get(principal().tenant, member_id())
    # What is earned moves without a new version: the tag is for If-Match, and not compared here.
    return _entire(member), 200, {"ETag": f'"{member.version}"'}


@blueprint.get("/me/met")
@roles("member")
@blueprint.page(MetSchema)
def met() -> Page[dict[str, Any]]:
    """Lists whom the calling member has met at events, as far as these show themselves.

    Both were checked in, had agreed on a meeting there, and its time is over. Somebody met twice is there twice.
    """
    wanted, tenant, own = requested(), principal().tenant, member_id()
    known_as = store().merged.lookup.known_as(tenant, own)
    found = store().encounters.page(tenant, known_as, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda each: each.meeting_id)
    apart = store().kept_apart.apart_from(tenant, own)
    people = store().members.by_id(tenant, {each.other_id for each in page.items} - apart - {own})
    shown = dict(zip(people, _as_members(list(people.values())), strict=True))
    return Page(
        [
            {"event_id": each.event_id, "met_at": each.met_at, "member": shown[each.other_id]}
            for each in page.items
            if each.other_id in shown
        ],
        page.next,
    )


@blueprint.patch("/me")
@roles("member", "coordinator")
@blueprint.arguments(MemberChangesSchema)
@blueprint.response(200, MemberSchema)
def change_me(body: dict[str, Any]) -> dict[str, Any]:
    """Changes the calling member.

    E-mail address, identifiers, membership, grade and section are a coordinator's to change: they decide whose tickets
    are whose, and are the association's to say. What is `verified` of the rest is so until it is changed.
    """
    return _change(member_id(), body)


@blueprint.get("/<id:identifier>")
@roles("member", "coordinator")
@blueprint.response(200, MemberSchema)
def read(identifier: str) -> Any:
    """Shows a member, with what they earned in mentoring, as far as the caller may see.

    404, as for somebody who is not there, where one of the two blocks the other.
    """
    caller = principal()
    if not _is_staff() and identifier in store().kept_apart.apart_from(caller.tenant, caller.member_id):
        raise NotFound("member", identifier)
    member = store().members.get(caller.tenant, identifier)
    places = _places()
    (seen,) = _seen([member], places)
    if isinstance(seen, Member):
        shown = _entire(seen)
    else:
        together = bool(store().participations.together(member.tenant, places, [member.id]))
        fields = earned_shown_to_members(member, participates=together)
        shown = seen | earned(member.tenant, member.id, fields, own=False)
    # What the caller may see moves without a new version: the tag is for If-Match, and not compared here.
    return shown, 200, {"ETag": f'"{member.version}"'}


@blueprint.patch("/<id:identifier>")
@roles("member", "coordinator")
@blueprint.arguments(MemberChangesSchema)
@blueprint.response(200, MemberSchema)
def change(body: dict[str, Any], identifier: str) -> dict[str, Any]:
    """Changes a member: any, by a coordinator, and by members themselves."""
    if not _is_staff() and identifier != principal().member_id:
        raise NotFound("member", identifier)
    return _change(identifier, body)


@blueprint.delete("/<id:identifier>")
@roles("member", "coordinator")
@blueprint.response(202, ErasureSchema)
def erase(identifier: str) -> Any:
    """Erases a member: any, by a coordinator, and members themselves.

    The member is gone at once, and cannot be brought back; how far the other services are, `Location` shows. Whoever
    asks again gets the same erasure.
    """
    current = transaction()
    if not _is_staff() and identifier != principal().member_id:
        raise NotFound("member", identifier)
    begun = store().erasure_requests.of_member(current.tenant, identifier, current.session)
    if begun is None:
        member = store().members.get(current.tenant, identifier, current.session)
        require_match(member.version)
        begun = erase_member(current, store(), member)
    return erasure_shown(begun), 202, {"Location": f"/v1/erasures/{begun.id}"}


def _change(identifier: str, body: dict[str, Any]) -> dict[str, Any]:
    current = transaction()
    member = store().members.get(current.tenant, identifier, current.session)
    require_match(member.version)
    if not _is_staff() and any(name in body and body[name] != getattr(member, name) for name in _STAFF_ONLY):
        raise Forbidden("E-mail address, identifiers, membership, grade and section are a coordinator's to change.")
    changed = change_member(current, store(), member, profile_of(body, member.visibility), keys_of(body))
    etag(changed.version)
    return _entire(changed)


def _is_staff() -> bool:
    return "coordinator" in principal().roles


def _seen(members: Sequence[Member], places: Sequence[str]) -> Sequence[Member | dict[str, Any]]:
    """As the caller, who takes part in these places, may see them."""
    if _is_staff():
        audit.shows(member.id for member in members)
        return members
    return _as_members(members, places)


def _as_members(members: Sequence[Member], places: Sequence[str] | None = None) -> Sequence[Member | dict[str, Any]]:
    """As any member may see them who takes part in these places, the caller's own."""
    tenant, me = principal().tenant, principal().member_id
    if places is None:
        places = () if me is None else store().participations.places(tenant, me)
    others = [member.id for member in members if member.id != me]
    together = store().participations.together(tenant, places, others)
    partners = store().participations.partners(tenant, places, others)
    return [
        member if member.id == me else _open_fields(member, member.id in together, member.id in partners)
        for member in members
    ]


def _open_fields(member: Member, participates: bool, partner: bool) -> dict[str, Any]:
    shown = shown_to_members(member, participates=participates, partner=partner)
    verified = verified_among(member, shown)
    return {name: getattr(member, name) for name in shown} | ({"verified": verified} if verified else {})


def _entire(member: Member, *, own: bool = False) -> dict[str, Any]:
    """With what the member earned, for the member's `own` eyes or for staff's."""
    own = own or member.id == principal().member_id
    fields = {each.name: getattr(member, each.name) for each in dataclasses.fields(member)}
    return fields | earned(member.tenant, member.id, EARNED, own=own)


def _places() -> Sequence[str]:
    """Where the caller takes part; to staff, who see all, it is all the same."""
    me = principal().member_id
    return () if me is None or _is_staff() else store().participations.places(principal().tenant, me)
