"""Users, as SCIM calls members: RFC 7644, section 3."""

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

from flask import Response, request
from pydantic import ValidationError
from scim2_models import Context, ListResponse, PatchOp, Resource, ResponseParameters, SCIMException, SearchRequest

from services.profiles.api.context import store
from services.profiles.api.scim.answers import Refused, answer, blueprint, body, refusal
from services.profiles.api.scim.portrayal import account_in, location_of, resource_of
from services.profiles.api.scim.resource import LARGEST_PAGE, MODEL, POLICY
from services.profiles.api.scim.values import check
from services.profiles.commands.keep_account import keep_account
from services.profiles.commands.provision_member import provision_member
from services.profiles.commands.withdraw_member import withdraw_member
from services.profiles.domain.account import changed_names
from services.profiles.domain.member import Member
from shared.web import audit, etag, principal, require_match, roles, transaction

_MOST_OPERATIONS = 100
_LONGEST_FILTER = 4096
_FARTHEST = 10_000_000
"""Of `startIndex`: more than any association has members."""
_SEARCH = ("filter", "startIndex", "count")
_SHOWN = ("attributes", "excludedAttributes")

_SEARCHES = cast("type[SearchRequest[Any]]", SearchRequest.__class_getitem__(MODEL))
_PATCHES = cast("type[PatchOp[Any]]", PatchOp.__class_getitem__(MODEL))
_PARAMETERS = cast("type[ResponseParameters[Any]]", ResponseParameters.__class_getitem__(MODEL))


@blueprint.undocumented("/Users", methods=("POST",))
@roles("integrator")
def create() -> Response:
    """Brings a member: one who is there by any of the names is taken up, anybody else is new. RFC 7644, section 3.3."""
    shown = _shown()
    account = account_in(_read(body(), Context.RESOURCE_CREATION_REQUEST))
    if account.active is None:
        account = dataclasses.replace(account, active=True)
    check(account, account.said | {"user_name"})
    member = provision_member(transaction(), store(), account)
    return _show(member, shown, 201, {"Location": location_of(member)})


@blueprint.undocumented("/Users")
@roles("integrator")
def index() -> Response:
    """Lists and finds users: section 3.4.2."""
    return _found({name: value for name, value in request.args.items() if name in _SEARCH + _SHOWN})


@blueprint.undocumented("/Users/.search", methods=("POST",))
@roles("integrator")
def search() -> Response:
    """The same, asked for in a body: section 3.4.3."""
    return _search()


@blueprint.undocumented("/.search", methods=("POST",))
@roles("integrator")
def search_all() -> Response:
    """Users are all there is."""
    return _search()


@blueprint.undocumented("/Users/<id:member_id>")
@roles("integrator")
def show(member_id: str) -> Response:
    """Shows a user: section 3.4.1."""
    return _show(store().accounts.get(principal().tenant, member_id), _shown())


@blueprint.undocumented("/Users/<id:member_id>", methods=("PUT",))
@roles("integrator")
def replace(member_id: str) -> Response:
    """Replaces a user: section 3.5.1.

    What the identity provider had said and leaves out now is taken away; what it never said is not its to clear.

    Nor does silence about `active` bring anybody back.
    """
    shown, member = _shown(), _to_change(member_id)
    account = account_in(_read(body(), Context.RESOURCE_REPLACEMENT_REQUEST))
    known = () if member.provision is None else member.provision.said
    said = account.said | (frozenset(known) - {"active"}) | {"user_name"}
    check(account, said)
    return _show(keep_account(transaction(), store(), member, account, said), shown)


@blueprint.undocumented("/Users/<id:member_id>", methods=("PATCH",))
@roles("integrator")
def change(member_id: str) -> Response:
    """Patches a user, as a whole or not at all: section 3.5.2."""
    shown, member = _shown(), _to_change(member_id)
    patch, before = _patch_in(body()), resource_of(member)
    account = account_in(_patched(before, patch))
    said = changed_names(account_in(before), account)
    if _speaks_of(patch, "active"):
        said |= {"active"}  # somebody else may have suspended the member: it counts who says so, too
    check(account, said)
    return _show(keep_account(transaction(), store(), member, account, said) if said else member, shown)


@blueprint.undocumented("/Users/<id:member_id>", methods=("DELETE",))
@roles("integrator")
def remove(member_id: str) -> tuple[str, int]:
    """Takes a user away, whose membership is suspended: section 3.6."""
    withdraw_member(transaction(), store(), _to_change(member_id))
    return "", 204


def _to_change(member_id: str) -> Member:
    current = transaction()
    member = store().accounts.get(current.tenant, member_id, current.session)
    require_match(member.version)
    return member


def _read(content: Mapping[str, Any], context: Context) -> Resource[Any]:
    try:
        return MODEL.model_validate(content, scim_ctx=context, scim_policy=POLICY)
    except ValidationError as error:
        raise refusal(error) from None


def _patch_in(content: Mapping[str, Any]) -> "PatchOp[Any]":
    listed = next((value for name, value in content.items() if name.lower() == "operations"), None)
    if isinstance(listed, list) and len(listed) > _MOST_OPERATIONS:
        raise Refused(f"One request may hold {_MOST_OPERATIONS} operations.", "tooMany")
    try:
        return _PATCHES.model_validate(content, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=POLICY)
    except ValidationError as error:
        raise refusal(error) from None


def _patched(resource: Resource[Any], patch: "PatchOp[Any]") -> Resource[Any]:
    after = resource.model_copy(deep=True)
    try:
        patch.patch(after, scim_policy=POLICY)
    except (ValidationError, SCIMException) as error:
        raise refusal(error) from None
    return after


def _speaks_of(patch: "PatchOp[Any]", attribute: str) -> bool:
    """Whether an operation is about the attribute, by its path or within its value."""
    for operation in patch.operations or ():
        within = operation.value if isinstance(operation.value, dict) else ()
        named = [operation.path] if operation.path else within
        if any(str(each).rpartition(":")[2].lower() == attribute for each in named):
            return True
    return False


def _shown() -> ResponseParameters[Any]:
    try:
        return _PARAMETERS.model_validate({name: request.args[name] for name in _SHOWN if name in request.args})
    except ValidationError as error:
        raise refusal(error) from None


def _show(
    member: Member, shown: ResponseParameters[Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    etag(member.version)
    audit.shows([member.id])
    return answer(_dump(member, shown), status, headers)


def _dump(member: Member, shown: ResponseParameters[Any]) -> dict[str, Any]:
    return resource_of(member).model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=shown)


def _search() -> Response:
    return _found({name: value for name, value in body().items() if name in (*_SEARCH, *_SHOWN)})


def _found(asked: Mapping[str, Any]) -> Response:
    if len(str(asked.get("filter") or "")) > _LONGEST_FILTER:
        raise Refused(f"A filter may have {_LONGEST_FILTER} characters.", "invalidFilter")
    try:
        wanted = _SEARCHES.model_validate(asked)
        first = min(wanted.start_index or 1, _FARTHEST)
        count = LARGEST_PAGE if wanted.count is None else min(wanted.count, LARGEST_PAGE)
        total, members = store().accounts.found(principal().tenant, wanted.filter, skip=first - 1, limit=count)
    except (ValidationError, SCIMException) as error:
        raise refusal(error) from None
    audit.shows(member.id for member in members)
    return answer(
        {
            "schemas": [str(ListResponse.__schema__)],
            "totalResults": total,
            "startIndex": first,
            "itemsPerPage": len(members),
            "Resources": [_dump(member, wanted) for member in members],
        }
    )
