"""Chapters and interest groups over HTTP."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates

from services.profiles.api.context import store
from services.profiles.commands.change_group import change_group, create_group
from services.profiles.commands.join_group import join_group, leave_group
from services.profiles.domain.group import Group
from services.profiles.domain.member import Member
from shared.contracts.fields import Choice, Flag, Line, Record, Text
from shared.contracts.vocabulary import GROUP_KINDS
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint("groups", __name__, url_prefix="/v1/groups", description="Chapters and interest groups.")

_EVERYONE = ("member", "coordinator", "organizer", "integrator")


class GroupChangesSchema(Record):
    """A merge patch of a group: what is left out stays, null clears."""

    name = Line("What it is called.", 200, shortest=1, nullable=False)
    kind = Choice("Which of the two.", GROUP_KINDS, nullable=False)
    description = Text("What it is about.", 10_000)
    archived = Flag("Whether it takes no more members; those it has stay.", nullable=False)

    @validates("name")
    def _is_not_blank(self, value: str, **_: Any) -> None:
        if not value.strip():
            raise ValidationError("Must not be blank.")


class NewGroupSchema(GroupChangesSchema):
    """A group to found."""

    name = Line("What it is called.", 200, shortest=1, required=True)
    kind = Choice("Which of the two.", GROUP_KINDS, required=True)


class GroupSchema(NewGroupSchema):
    """A chapter or interest group."""

    id = fields.String(dump_only=True, metadata={"format": "uuid"})


class CountedGroupSchema(GroupSchema):
    """A group, and how many are in it."""

    members = fields.Integer(dump_only=True, metadata={"description": "How many members it has."})


class GroupFilterSchema(Schema):
    """Which groups: all of it."""

    q = Line("Words of the name, each whole or its beginning.", 200)
    kind = Choice("Of this kind only.", GROUP_KINDS)
    archived = Choice("Only those that are archived, or only those that are not.", ("true", "false"))


@blueprint.post("")
@roles("coordinator")
@blueprint.arguments(NewGroupSchema)
@blueprint.response(201, GroupSchema)
def create(body: dict[str, Any]) -> Any:
    """Founds a group."""
    group = create_group(transaction(), store(), body)
    etag(group.version)
    return group, 201, {"Location": f"/v1/groups/{group.id}"}


@blueprint.get("")
@roles(*_EVERYONE)
@blueprint.arguments(GroupFilterSchema, location="query")
@blueprint.page(GroupSchema)
def index(which: dict[str, Any]) -> Page[Group]:
    """Lists the groups, or finds some by their names.

    Who is in one: `GET /v1/members?group=`.
    """
    wanted = requested()
    archived = which.get("archived")
    found = store().groups.search(
        principal().tenant,
        text=which.get("q") or "",
        kind=which.get("kind"),
        archived=None if archived is None else archived == "true",
        limit=wanted.fetch,
        after=wanted.after_id,
    )
    return wanted.page(found, key=lambda group: group.id)


@blueprint.get("/<id:group_id>")
@roles(*_EVERYONE)
@blueprint.response(200, CountedGroupSchema)
def read(group_id: str) -> Any:
    """Shows a group, with how many are in it."""
    tenant = principal().tenant
    group = store().groups.get(tenant, group_id)
    counted = GroupSchema().dump(group) | {"members": store().members.of_group(tenant, group_id)}
    # Members come and go without a new version of the group: the tag is for If-Match, and not compared here.
    return counted, 200, {"ETag": f'"{group.version}"'}


@blueprint.patch("/<id:group_id>")
@roles("coordinator")
@blueprint.arguments(GroupChangesSchema)
@blueprint.response(200, GroupSchema)
def change(body: dict[str, Any], group_id: str) -> Group:
    """Changes a group, archives it, or opens it again."""
    group = _group(group_id)
    require_match(group.version)
    changed = change_group(transaction(), store(), group, body)
    etag(changed.version)
    return changed


@blueprint.put("/<id:group_id>/members/me")
@roles("member")
@blueprint.response(204)
def join(group_id: str) -> None:
    """Makes the calling member one of the group.

    409 where it is archived, or the membership has lapsed or is suspended. A second time changes nothing.
    """
    join_group(transaction(), store(), _group(group_id), _member(member_id()))


@blueprint.delete("/<id:group_id>/members/me")
@roles("member")
@blueprint.response(204)
def leave(group_id: str) -> None:
    """Takes the calling member out of the group; who is not in it stays so."""
    leave_group(transaction(), store(), _group(group_id), _member(member_id()))


@blueprint.put("/<id:group_id>/members/<id:identifier>")
@roles("coordinator")
@blueprint.response(204)
def put_member(group_id: str, identifier: str) -> None:
    """Puts a member into the group.

    409 where it is archived, or the membership has lapsed or is suspended. A second time changes nothing.
    """
    join_group(transaction(), store(), _group(group_id), _member(identifier))


@blueprint.delete("/<id:group_id>/members/<id:identifier>")
@roles("coordinator")
@blueprint.response(204)
def remove_member(group_id: str, identifier: str) -> None:
    """Takes a member out of the group; who is not in it stays so."""
    leave_group(transaction(), store(), _group(group_id), _member(identifier))


def _group(group_id: str) -> Group:
    return store().groups.get(transaction().tenant, group_id, transaction().session)


def _member(identifier: str) -> Member:
    return store().members.get(transaction().tenant, identifier, transaction().session)
