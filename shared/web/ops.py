"""`/ops`: what an operator needs to see and to decide, of all tenants: parked and dead messages, lag, outbox."""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app
from marshmallow import Schema, fields, validate

from shared.contracts.fields import Timestamp
from shared.errors import Unavailable
from shared.messaging import backlog, barred, breaker, letters
from shared.messaging import replay as deciding
from shared.messaging.group_lag import PartitionLag, group_lag
from shared.messaging.letters import Letter
from shared.messaging.unit_of_work import Transaction
from shared.settings import Settings
from shared.web import audit
from shared.web.access import roles
from shared.web.auth import principal
from shared.web.blueprint import Blueprint
from shared.web.openapi import FaultSchema
from shared.web.paging import Page, requested
from shared.web.transactions import transaction, unit_of_work

EXTENSION = "ithaca_ops"

PLAIN_HEADERS = frozenset(
    f"ce_{name}"
    for name in (
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "dataschema",
        "tenant",
        "aggregateversion",
        "correlationid",
        "causationid",
        "traceparent",
    )
) | {"content-type"}
"""Shown unasked; anyone outside may have put anything into the others, and into key and value."""

_LONGEST_WAIT = 5.0
_MOST_BARRED = 100
_NOT_KEPT = {"Cache-Control": "no-store"}

blueprint = Blueprint("ops", __name__, url_prefix="/ops", description="For whoever runs the platform, of all tenants.")


@dataclass(frozen=True, slots=True)
class Group:
    """Whose lag `/ops/lag` tells: a service and the topics it reads, without the prefix."""

    settings: Settings
    service: str
    topics: tuple[str, ...]
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """However many ask, one client of the broker at a time. Raises Unavailable after five seconds."""
        if not self._one_at_a_time.acquire(timeout=_LONGEST_WAIT):
            raise Unavailable("The broker is being asked already: try again.", retry_after=5)
        try:
            yield
        finally:
            self._one_at_a_time.release()


class SearchSchema(Schema):
    state = fields.String(validate=validate.OneOf(letters.STATES))


class RevealSchema(Schema):
    reveal = fields.Boolean(
        load_default=False, metadata={"description": "Also key, value and all headers. Leaves a row in the audit."}
    )


class LetterSchema(Schema):
    """A message put aside, without what it carries."""

    id = fields.String(required=True)
    tenant = fields.String(required=True)
    type = fields.String(required=True, allow_none=True, metadata={"description": "null: it names none."})
    state = fields.String(required=True, metadata={"enum": list(letters.STATES)})
    reaction = fields.String(
        required=True, allow_none=True, metadata={"description": "Which handler failed; null: it could not be read."}
    )
    reason = fields.String(required=True)
    faults = fields.List(fields.Nested(FaultSchema), required=True)
    attempts = fields.Integer(required=True)
    at = Timestamp("When it was put aside.", required=True)
    due_at = Timestamp("When it is tried again; null: not by itself.", required=True, nullable=True)
    topic = fields.String(required=True, metadata={"description": "Without the prefix."})
    partition = fields.Integer(required=True)
    offset = fields.Integer(required=True)
    bytes = fields.Integer(required=True, metadata={"description": "Length of the value."})


class HeaderSchema(Schema):
    name = fields.String(required=True)
    value = fields.String(
        required=True, allow_none=True, metadata={"description": "null: redacted, or the header has none."}
    )


class LetterContentSchema(LetterSchema):
    """The same with what it carries; redacted unless it was to be revealed."""

    behind = fields.Integer(required=True, metadata={"description": "How many wait until this one is settled."})
    headers = fields.List(fields.Nested(HeaderSchema), required=True)
    key = fields.String(required=True, allow_none=True, metadata={"description": "null: redacted, or none."})
    value = fields.String(required=True, allow_none=True, metadata={"description": "null: redacted, or none."})
    value_encoding = fields.String(
        required=True, metadata={"enum": ["utf-8", "base64"], "description": "How `value` stands for the bytes."}
    )
    revealed = fields.Boolean(required=True)


class PartitionLagSchema(Schema):
    topic = fields.String(required=True, metadata={"description": "Without the prefix."})
    partition = fields.Integer(required=True)
    position = fields.Integer(required=True, metadata={"description": "The offset that is read next."})
    end = fields.Integer(required=True, metadata={"description": "The offset behind the last readable record."})
    messages = fields.Integer(required=True, metadata={"description": "At most so many wait."})
    seconds = fields.Float(
        required=True, allow_none=True, metadata={"description": "Age of the first that waits; null: none does."}
    )


class LagSchema(Schema):
    """How far the service's consumer group is behind."""

    group = fields.String(required=True)
    messages = fields.Integer(required=True)
    seconds = fields.Float(required=True, allow_none=True, metadata={"description": "Of the worst partition."})
    stopped = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Reactions whose breaker is open: they failed for many messages in a row."},
    )
    partitions = fields.List(fields.Nested(PartitionLagSchema), required=True)


class SlotSchema(Schema):
    slot = fields.Integer(required=True)
    oldest_seconds = fields.Float(required=True, metadata={"description": "0: none waits."})


class BarredSchema(Schema):
    """A message that the broker refuses for good; the later ones of its key wait."""

    id = fields.String(required=True)
    topic = fields.String(required=True, metadata={"description": "Without the prefix."})
    type = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, metadata={"description": "What the broker said."})
    since = Timestamp("When it was refused.", required=True)
    behind = fields.Integer(required=True, metadata={"description": "How many of its key were set aside so far."})


class OutboxSchema(Schema):
    """What waits to be carried to the broker."""

    pending = fields.Integer(required=True, metadata={"description": "Messages that wait for the relay."})
    oldest_seconds = fields.Float(required=True, metadata={"description": "Of the worst slot; 0: none waits."})
    slots = fields.List(fields.Nested(SlotSchema), required=True)
    behind = fields.Integer(required=True, metadata={"description": "Messages that wait behind barred ones."})
    barred_count = fields.Integer(required=True)
    barred = fields.List(
        fields.Nested(BarredSchema), required=True, metadata={"description": f"The first {_MOST_BARRED} of them."}
    )


@blueprint.get("/dead")
@roles("operator")
@blueprint.arguments(SearchSchema, location="query")
@blueprint.page(LetterSchema)
def index(search: dict[str, Any]) -> Page[dict[str, Any]]:
    """Lists the messages that could not be handled, oldest first."""
    wanted = requested()
    found = letters.listed(unit_of_work().database, search, limit=wanted.fetch, after=wanted.after_id)
    page = wanted.page(found, key=lambda letter: letter.id)
    return Page([_shown(letter) for letter in page.items], page.next)


@blueprint.get("/dead/<id:letter_id>")
@roles("operator")
@blueprint.arguments(RevealSchema, location="query")
@blueprint.response(200, LetterContentSchema)
def show(wanted: dict[str, Any], letter_id: str) -> Any:
    """Shows one: why, and where it came from.

    Its content is redacted unless `reveal` is true, which is audited: who, when and what.
    """
    letter = letters.get(unit_of_work().database, letter_id)
    if not wanted["reveal"]:
        return _with_content(letter, revealed=False), 200, _NOT_KEPT
    audit.concerns(letter.tenant)
    caller = principal()
    unit_of_work().run(lambda current: audit.record(current, caller, audit.REVEALED), tenant=caller.tenant)
    return _with_content(letter, revealed=True), 200, _NOT_KEPT


@blueprint.post("/dead/<id:letter_id>/replay")
@roles("operator")
@blueprint.response(202, LetterSchema)
def replay(letter_id: str) -> dict[str, Any]:
    """Has a worker handle one again; its state then tells what came of it.

    Once it is handled, those that wait behind it follow in order.
    """
    return _decided(deciding.replay, letter_id)


@blueprint.post("/dead/<id:letter_id>/drop")
@roles("operator")
@blueprint.response(200, LetterSchema)
def drop(letter_id: str) -> dict[str, Any]:
    """Gives one up for good; what waits behind it has its turn.

    It stays listed as dropped until it expires.
    """
    return _decided(deciding.drop, letter_id)


@blueprint.get("/lag")
@roles("operator")
@blueprint.response(200, LagSchema)
def lag() -> dict[str, Any]:
    """Tells how far the service is behind in each partition that it reads."""
    group = cast(Group, current_app.extensions[EXTENSION])
    with group.alone():
        partitions = group_lag(group.settings, group.service, group.topics, unit_of_work().clock.now())
    return {
        "group": f"{group.settings.topic_prefix}{group.service}",
        "messages": sum(each.messages for each in partitions),
        "seconds": _worst([each.seconds for each in partitions]),
        "stopped": breaker.opened(unit_of_work().database),
        "partitions": sorted(partitions, key=_by_place),
    }


@blueprint.get("/outbox")
@roles("operator")
@blueprint.response(200, OutboxSchema)
def waiting() -> dict[str, Any]:
    """Tells how many messages wait for the relay, how long the oldest has waited, and which the broker refuses."""
    database = unit_of_work().database
    found = backlog.read(database, unit_of_work().clock.now())
    return {
        "pending": found.pending,
        "oldest_seconds": max(found.oldest_seconds.values()),
        "slots": [{"slot": slot, "oldest_seconds": age} for slot, age in found.oldest_seconds.items()],
        "behind": found.behind,
        "barred_count": found.barred,
        "barred": barred.listed(database, limit=_MOST_BARRED),
    }


@blueprint.post("/outbox/<id:message_id>/retry")
@roles("operator")
@blueprint.response(204)
def retry_barred(message_id: str) -> None:
    """Has a message that the broker refused sent again, and those behind it after it: the cause is mended."""
    barred.try_again(transaction(), message_id)


@blueprint.post("/outbox/<id:message_id>/drop")
@roles("operator")
@blueprint.response(204)
def drop_barred(message_id: str) -> None:
    """Gives a message that the broker refuses up for good, and lets those behind it go."""
    barred.drop(transaction(), message_id)


def _worst(ages: list[float | None]) -> float | None:
    return max((age for age in ages if age is not None), default=None)


def _by_place(each: PartitionLag) -> tuple[str, int]:
    return each.topic, each.partition


def _decided(decide: Callable[[Transaction, str], None], identifier: str) -> dict[str, Any]:
    current = transaction()
    tenant = letters.get(current.database, identifier, current.session).tenant
    audit.concerns(tenant)
    decide(current.within(tenant=tenant, cause=current.cause), identifier)
    return _shown(letters.get(current.database, identifier, current.session))


def _shown(letter: Letter) -> dict[str, Any]:
    record = letter.record
    return {
        "id": letter.id,
        "tenant": letter.tenant,
        "type": _header(letter, "ce_type"),
        "state": letter.state,
        "reaction": letter.reaction,
        "reason": letter.reason,
        "faults": letter.faults,
        "attempts": letter.attempts,
        "at": letter.at,
        "due_at": letter.due_at,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "bytes": len(record.value or b""),
    }


def _with_content(letter: Letter, *, revealed: bool) -> dict[str, Any]:
    record = letter.record
    headers = [
        {"name": _text(name), "value": _readable(content) if revealed or name in PLAIN_HEADERS else None}
        for name, content in record.headers
    ]
    value, encoding = _faithful(record.value) if revealed else (None, "utf-8")
    return {
        **_shown(letter),
        "behind": letters.behind(unit_of_work().database, letter),
        "headers": headers,
        "key": _readable(record.key) if revealed else None,
        "value": value,
        "value_encoding": encoding,
        "revealed": revealed,
    }


def _header(letter: Letter, wanted: str) -> str | None:
    return next((_readable(content) for name, content in letter.record.headers if name == wanted), None)


def _readable(content: bytes | None) -> str | None:
    return None if content is None else content.decode(errors="replace")


def _text(name: str) -> str:
    """A header's name as text that JSON can carry."""
    return name.encode("utf-8", "replace").decode()


def _faithful(value: bytes | None) -> tuple[str | None, str]:
    """The bytes as text, or as base64 where they are none."""
    if value is None:
        return None, "utf-8"
    try:
        return value.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(value).decode(), "base64"
