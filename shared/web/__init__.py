"""The web kit: what a service's `api/` leans on.

A blueprint is one resource:

    from marshmallow import Schema, fields, validate

    from shared.web import Blueprint, etag, principal, requested, require_match, roles, transaction

    blueprint = Blueprint("members", __name__, url_prefix="/v1/members", description="People.")

    class MemberSchema(Schema):
        id = fields.String(dump_only=True)
        given_name = fields.String(required=True, validate=validate.Length(min=1, max=200))

    @blueprint.post("")
    @roles("coordinator")
    @blueprint.arguments(MemberSchema)
    @blueprint.response(201, MemberSchema)
    def register(body: dict[str, Any]) -> Member:
        "Registers a member."                               # the summary in OpenAPI
        member = register_member(transaction(), store(), **body)
        etag(member.version)
        return member

    @blueprint.get("")
    @roles("coordinator")
    @blueprint.page(MemberSchema)
    def index() -> Page[Member]:
        "Lists members."
        wanted = requested()                                # ?limit=&cursor=, in order of id
        found = store().page(principal().tenant, {}, limit=wanted.fetch, after=wanted.after_id)
        return wanted.page(found, key=lambda member: member.id)

    @blueprint.patch("/<id:member_id>")                     # no id of ours: 404
    @roles("member", "coordinator")
    @blueprint.arguments(MemberSchema(partial=True))
    @blueprint.response(200, MemberSchema)
    def update(body: dict[str, Any], member_id: str) -> Member:
        "Changes a member."
        current = transaction()
        member = store().get(current.tenant, member_id, current.session)
        require_match(member.version)                       # If-Match: 412 where stale
        ...

A write (POST, PUT, PATCH, DELETE) runs as a whole in one transaction and may run again on a conflict; errors are raised
(`shared.errors`) and abort it. `Idempotency-Key`, tokens, problems, `Accept`, unknown fields (422) and 304 need nothing
from the view. `@public` views have no principal and no transaction; `@manages_own_transactions` is for uploads
(`@blueprint.takes(NDJSON)`, `ndjson_lines`, `unit_of_work`). `create_app` assembles; `idempotency.INDEXES` belong to
the migrations of every service.
"""

from shared.web.access import manages_own_transactions, public, roles
from shared.web.app import WebApp, create_app
from shared.web.auth import Authenticator, MemberLookup, MemberNow, Principal, find_principal, member_id, principal
from shared.web.blueprint import Blueprint
from shared.web.etags import etag, require_match
from shared.web.openapi import document
from shared.web.paging import Page, PageRequest, page_of, requested
from shared.web.transactions import transaction, unit_of_work
from shared.web.upload import NDJSON, Line, ndjson_lines

__all__ = [
    "NDJSON",
    "Authenticator",
    "Blueprint",
    "Line",
    "MemberLookup",
    "MemberNow",
    "Page",
    "PageRequest",
    "Principal",
    "WebApp",
    "create_app",
    "document",
    "etag",
    "find_principal",
    "manages_own_transactions",
    "member_id",
    "ndjson_lines",
    "page_of",
    "principal",
    "public",
    "requested",
    "require_match",
    "roles",
    "transaction",
    "unit_of_work",
]
