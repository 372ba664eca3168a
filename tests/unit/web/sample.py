"""A small service of one resource: notes. It plays the part of a real one in the tests of the web kit."""

import time
from collections.abc import Iterator
from threading import Event
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.telemetry.logs import logger
from shared.web import (
    Blueprint,
    Page,
    audit,
    etag,
    manages_own_transactions,
    ndjson_lines,
    principal,
    public,
    requested,
    require_match,
    roles,
    transaction,
    unit_of_work,
)
from shared.web.csv_download import Cell, csv_download
from shared.web.csv_upload import CSV
from shared.web.upload import NDJSON

blueprint = Blueprint("notes", __name__, url_prefix="/v1/notes", description="Notes.")


class AuthorSchema(Schema):
    email = fields.Email(required=True)
    name = fields.String(validate=validate.Length(max=20))


class NoteSchema(Schema):
    id = fields.String(dump_only=True)
    text = fields.String(required=True, validate=validate.Length(min=1, max=200))
    author = fields.Nested(AuthorSchema)
    others = fields.List(fields.Nested(AuthorSchema))
    answers = fields.Dict(keys=fields.String(), values=fields.Nested(AuthorSchema))
    stars = fields.Integer(strict=True, validate=validate.Range(0, 5))


class SearchSchema(Schema):
    stars = fields.Integer(validate=validate.Range(0, 5))


def shown(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"id": document["_id"]}


@blueprint.post("")
@roles("coordinator", "member")
@blueprint.arguments(NoteSchema)
@blueprint.response(201, NoteSchema)
def write(body: dict[str, Any]) -> Any:
    """Writes a note.

    The text "refuse" is a conflict, after a first write.
    """
    if body["text"] == "stuck":
        logger(__name__).info("in_hand")
        Event().wait()
    current = transaction()
    note = {"_id": new_id(), "tenant": current.tenant, "version": 1, **body}
    current.database["notes"].insert_one(note, session=current.session)
    # Every writer meets at one document, as the invariants of real services do.
    current.database["counters"].update_one(
        {"_id": current.tenant}, {"$inc": {"notes": 1}}, upsert=True, session=current.session
    )
    if body["text"] == "refuse":
        raise Conflict("No such notes here.")
    if body["text"] == "refuse quietly":
        return Response("no", status=409)
    if body["text"] == "break":
        raise RuntimeError("a defect")
    if body["text"] == "long query":
        # Twenty seconds of the server's time: more than any limit that a test sets.
        current.database["hundred"].find_one({"$where": "sleep(200) || false"}, session=current.session)
    if body["text"] == "slow":
        logger(__name__).info("in_hand")
        time.sleep(1)
    etag(1)
    return shown(note), 201, {"Location": f"/v1/notes/{note['_id']}"}


@blueprint.get("")
@blueprint.arguments(SearchSchema, location="query")
@blueprint.page(NoteSchema)
def index(search: dict[str, Any]) -> Page[dict[str, Any]]:
    """Lists notes."""
    wanted = requested()
    where: dict[str, Any] = {"tenant": principal().tenant, **search}
    if wanted.after_id is not None:
        where["_id"] = {"$gt": wanted.after_id}
    found = list(unit_of_work().database["notes"].find(where).sort("_id", 1).limit(wanted.fetch))
    return wanted.page([shown(note) for note in found], key=lambda note: note["id"])


@blueprint.get("/of-members")
@roles("coordinator", "member")
@blueprint.response(200)
def of_members() -> list[str]:
    """Shows the members of the query; there is no member "refuse"."""
    named = request.args.getlist("member")
    audit.shows(named)
    if "refuse" in named:
        raise NotFound("member", "refuse")
    return named


@blueprint.get("/<id:note_id>")
@blueprint.response(200, NoteSchema)
def read(note_id: str) -> dict[str, Any]:
    """Shows a note."""
    found = unit_of_work().database["notes"].find_one({"_id": note_id, "tenant": principal().tenant})
    if found is None:
        raise NotFound("note", note_id)
    etag(found["version"])
    return shown(found)


@blueprint.patch("/<id:note_id>")
@blueprint.arguments(NoteSchema(partial=True))
@blueprint.response(200, NoteSchema)
def change(body: dict[str, Any], note_id: str) -> dict[str, Any]:
    """Changes a note."""
    current = transaction()
    notes = current.database["notes"]
    found = notes.find_one({"_id": note_id, "tenant": current.tenant}, session=current.session)
    if found is None:
        raise NotFound("note", note_id)
    require_match(found["version"])
    changed = found | body | {"version": found["version"] + 1}
    notes.replace_one({"_id": note_id}, changed, session=current.session)
    etag(changed["version"])
    return shown(changed)


@blueprint.delete("/<id:note_id>")
@roles("coordinator")
@blueprint.response(204)
def remove(note_id: str) -> None:
    """Removes a note."""
    current = transaction()
    current.database["notes"].delete_one({"_id": note_id, "tenant": current.tenant}, session=current.session)


@blueprint.post("/upload")
@roles("integrator")
@manages_own_transactions
@blueprint.takes(NDJSON)
@blueprint.response(202)
def upload() -> dict[str, Any]:
    """Takes notes in bulk."""
    taken, faults = 0, []
    for line in ndjson_lines():
        if line.fault is not None:
            faults.append({"line": line.number, "detail": line.fault})
            continue
        note = {"_id": new_id(), "tenant": principal().tenant, "version": 1, "text": line.value["text"]}
        unit_of_work().run(
            lambda current, note=note: current.database["notes"].insert_one(note, session=current.session),
            tenant=principal().tenant,
        )
        taken += 1
    return {"taken": taken, "faults": faults}


@blueprint.get("/calendar")
@public
@blueprint.response(200, content_type="text/calendar")
def calendar() -> Response:
    """A page for everyone."""
    return Response("BEGIN:VCALENDAR", content_type="text/calendar")


@blueprint.get("/table")
@public
@blueprint.response(200, content_type=CSV)
def table() -> Response:
    """Many rows, slowly."""

    def batches() -> Iterator[list[list[Cell]]]:
        for number in range(4):
            time.sleep(0.3 if number else 0)
            yield [[number, "x" * 1000] for _ in range(100)]

    return csv_download(["notes"], ["number", "text"], batches())


@blueprint.get("/broken")
@public
@blueprint.response(200)
def broken() -> None:
    """Has a defect."""
    raise RuntimeError("a secret inside a defect")
