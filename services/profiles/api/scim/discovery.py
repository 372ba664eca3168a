"""What the service says of itself: RFC 7644, section 4."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from scim2_models import ListResponse, Meta, Resource

from services.profiles.api.scim.answers import PREFIX, Refused, answer, blueprint
from services.profiles.api.scim.resource import CONFIG, PROVIDER, SCHEMAS
from shared.errors import NotFound
from shared.web import roles


@blueprint.undocumented("/ServiceProviderConfig")
@roles("integrator")
def config() -> Response:
    return answer(CONFIG.model_dump())


@blueprint.undocumented("/Schemas")
@roles("integrator")
def schemas() -> Response:
    return _list(SCHEMAS, "Schema")


@blueprint.undocumented("/Schemas/<schema_id>")
@roles("integrator")
def schema(schema_id: str) -> Response:
    return _one(SCHEMAS, "Schema", schema_id)


@blueprint.undocumented("/ResourceTypes")
@roles("integrator")
def resource_types() -> Response:
    return _list(PROVIDER.resource_types, "ResourceType")


@blueprint.undocumented("/ResourceTypes/<type_id>")
@roles("integrator")
def resource_type(type_id: str) -> Response:
    return _one(PROVIDER.resource_types, "ResourceType", type_id)


@blueprint.undocumented("/Me", methods=("GET", "POST", "PUT", "PATCH", "DELETE"))
@roles("integrator")
def me() -> Response:
    """An integrator is no user."""
    raise Refused("There is no user behind this token.", status=501)


@blueprint.undocumented("/Bulk", methods=("POST",))
@roles("integrator")
def bulk() -> Response:
    raise Refused("Bulk operations are not supported.", status=501)


def _list(found: Sequence[Resource[Any]], kind: str) -> Response:
    return answer(
        {
            "schemas": [str(ListResponse.__schema__)],
            "totalResults": len(found),
            "startIndex": 1,
            "itemsPerPage": len(found),
            "Resources": [_described(each, kind) for each in found],
        }
    )


def _one(found: Sequence[Resource[Any]], kind: str, identifier: str) -> Response:
    for each in found:
        if str(each.id) == identifier:
            return answer(_described(each, kind))
    raise NotFound(kind, identifier)


def _described(resource: Resource[Any], kind: str) -> dict[str, Any]:
    described = resource.model_copy()
    described.meta = Meta(resource_type=kind, location=f"{PREFIX}/{kind}s/{resource.id}")
    return described.model_dump()
