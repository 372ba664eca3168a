"""`/v1/sources`: which registration systems the tenant has, and how far they have been read."""

from typing import Any

from flask import current_app
from marshmallow import fields

from services.events.api.context import DOORS, store
from services.events.commands.configure_source import Configuration
from services.events.domain.questions import Questions
from services.events.domain.source import Source, SourceKind
from shared.contracts.fields import ByName, Choice, Flag, Line, Many, One, Record, Timestamp
from shared.contracts.vocabulary import ROLES, SIDES
from shared.web import Blueprint, Page, etag, principal, requested, require_match, roles, transaction

blueprint = Blueprint("sources", __name__, url_prefix="/v1/sources", description="Registration systems outside.")

_KINDS = tuple(each.value for each in SourceKind)
_MOST_EVENTS = 200


class QuestionsSchema(Record):
    """Which of the system's questions say what, by their identifiers there; what is left out has its default."""

    mentoring = Line("The question whether to take part as mentor, mentee or both. Default: MENTOR.", 200, shortest=1)
    roles = ByName(
        "The roles that an answer to it opts into. Default: `As a mentor` and `As a mentee`.",
        Many("Roles.", Choice("A role.", ROLES, required=True), 2, required=True),
        50,
    )
    goals = Line("The question for goals. Default: GOALS.", 200, shortest=1)
    skills = Line("The question for skills, answered by a list with commas. Default: SKILLS.", 200, shortest=1)
    skills_side = Choice("Whether it asks for skills offered or sought. Default: offers.", SIDES)


class SyncSchema(Record):
    """How far one event of the source has been read."""

    source_event_id = fields.String()
    synced_at = Timestamp("When it was last read to its end; null: not yet.")
    cursor = fields.String(
        allow_none=True, metadata={"description": "Changes up to this time of the source's own clock are known."}
    )
    error = fields.String(allow_none=True, metadata={"description": "What went wrong last; null: nothing."})
    stopped = fields.String(
        allow_none=True,
        metadata={"description": "Why it is read no more; `POST …/sync` begins again. Nothing was removed."},
    )


class SourceChangesSchema(Record):
    """A merge patch of a source: what is left out stays, null clears. Kind and name stay."""

    base_url = Line("Where the system is, for those that are fetched from: https, without its API's path.", 500)
    organizer = Line("The short form of the organizer in pretix.", 200)
    token = Line("What we show the system when we ask it. Never shown again.", 1000, shortest=8)
    allow_private = Flag(
        "Whether its address may be in one of the private networks that this installation allows.", nullable=False
    )
    questions = One("How its questions are read.", QuestionsSchema, nullable=False)
    rotate_secret = Flag(
        "Makes a new secret, shown in this answer and never again; the one before is good for 24 hours more."
    )


class SourceSchema(Record):
    """A registration system."""

    id = fields.String(dump_only=True, metadata={"format": "uuid"})
    kind = Choice("What it is; `generic` sends canonical records, signed.", _KINDS, required=True)
    name = Line("What its records carry as `source`; by default its kind. For good.", 100, shortest=1, nullable=False)
    base_url = Line("Where the system is, for those that are fetched from: https, without its API's path.", 500)
    organizer = Line("The short form of the organizer in pretix.", 200)
    token = Line("What we show the system when we ask it. Never shown again.", 1000, shortest=8)
    allow_private = Flag(
        "Whether its address may be in one of the private networks that this installation allows.", nullable=False
    )
    questions = One("How its questions are read.", QuestionsSchema, nullable=False)
    has_token = fields.Boolean(dump_only=True)
    hook = fields.String(dump_only=True, metadata={"description": "Where its webhooks go, at this service's address."})
    secret = fields.String(
        dump_only=True,
        metadata={"description": "What its webhooks are signed with, or show. In the answer that made it, only."},
    )
    error = fields.String(
        dump_only=True, allow_none=True, metadata={"description": "What keeps us from fetching from it; null: nothing."}
    )
    syncs = fields.List(
        fields.Nested(SyncSchema),
        dump_only=True,
        metadata={"description": "How far its events have been read, the first 200."},
    )


@blueprint.post("")
@roles("organizer", "integrator")
@blueprint.arguments(SourceSchema)
@blueprint.response(201, SourceSchema)
def create(body: dict[str, Any]) -> Any:
    """Configures a source.

    The answer holds the secret of its webhooks, once. The events of those that are fetched from are read soon after.
    """
    kind = SourceKind(body.pop("kind"))
    body.setdefault("name", kind.value)
    source, secret = _doors().create(transaction(), kind, _fields(body))
    etag(source.version)
    return _shown(source, secret), 201, {"Location": f"/v1/sources/{source.id}"}


@blueprint.get("")
@roles("organizer", "integrator")
@blueprint.page(SourceSchema)
def index() -> Page[dict[str, Any]]:
    """Lists sources, with how far each has been read."""
    wanted = requested()
    found = store().sources.page(principal().tenant, {}, limit=wanted.fetch, after=wanted.after_id)
    return wanted.page([_shown(each) for each in found], key=lambda view: str(view["id"]))


@blueprint.patch("/<id:source_id>")
@roles("organizer", "integrator")
@blueprint.arguments(SourceChangesSchema)
@blueprint.response(200, SourceSchema)
def change(body: dict[str, Any], source_id: str) -> Any:
    """Changes a source, or the secret of its webhooks."""
    source = _current(source_id)
    rotate = bool(body.pop("rotate_secret", False))
    changed, secret = _doors().change(transaction(), source, _fields(body), rotate=rotate)
    etag(changed.version)
    return _shown(changed, secret)


@blueprint.delete("/<id:source_id>")
@roles("organizer", "integrator")
@blueprint.response(204)
def delete(source_id: str) -> None:
    """Forgets a source and its secrets.

    Its webhooks are then for nobody (404). Registrations that came from it stay.
    """
    _doors().delete(transaction(), _current(source_id))


@blueprint.post("/<id:source_id>/sync")
@roles("organizer", "integrator")
@blueprint.response(202, SourceSchema)
def sync(source_id: str) -> Any:
    """Reads what changed at the source, soon.

    What stopped begins again. Every source is read by itself every 15 minutes.
    """
    source = _current(source_id)
    _doors().sync(transaction(), source)
    return _shown(source)


def _doors() -> Configuration:
    doors: Configuration = current_app.extensions[DOORS]
    return doors


def _current(source_id: str) -> Source:
    current = transaction()
    source = store().sources.get(current.tenant, source_id, current.session)
    require_match(source.version)
    return source


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    typed = dict(body)
    if "questions" in body:
        asked = {name: value for name, value in body["questions"].items() if value is not None}
        typed["questions"] = Questions(**asked)
    return typed


def _shown(source: Source, secret: str | None = None) -> dict[str, Any]:
    names = ("id", "kind", "name", "base_url", "organizer", "allow_private", "questions", "has_token")
    shown: dict[str, Any] = {name: getattr(source, name) for name in names}
    shown |= {"hook": f"/v1/hooks/{source.id}", "error": None, "syncs": []}
    if source.kind.fetched:
        shown["error"] = store().syncs.trouble(source.id)
        shown["syncs"] = store().syncs.of_source(source.id, _MOST_EVENTS)
    return shown if secret is None else shown | {"secret": secret}
