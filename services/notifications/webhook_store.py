"""The collections of outgoing webhooks, their indexes and queries."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, InsertOne, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.notifications.domain.webhook import Webhook, WebhookState
from services.notifications.domain.webhook_delivery import WebhookDelivery, WebhookDeliveryState
from services.notifications.domain.webhook_types import EVERY
from shared.errors import NotFound, PreconditionFailed
from shared.ids import new_id
from shared.storage import Document, Index, Repository
from shared.storage.migrations import existence
from shared.storage.repository import converter

WEBHOOKS = "webhooks"
DELIVERIES = "webhook_deliveries"
BELLS = "webhook_bells"
LINES = "webhook_lines"

INDEXES = (
    Index(WEBHOOKS, (("tenant", 1), ("state", 1), ("_id", 1)), name="of_tenant"),
    Index(WEBHOOKS, (("due_at", 1),), name="due"),
    Index(DELIVERIES, (("webhook_id", 1), ("message_id", 1)), unique=True, name="once"),
    Index(DELIVERIES, (("webhook_id", 1), ("state", 1), ("next_at", 1)), name="next"),
    Index(DELIVERIES, (("webhook_id", 1), ("state", 1), ("seq", 1), ("_id", 1)), name="line"),
    Index(DELIVERIES, (("tenant", 1), ("webhook_id", 1), ("_id", -1)), name="log"),
    Index(DELIVERIES, (("tenant", 1), ("member_id", 1)), name="member"),
    Index(DELIVERIES, (("tenant", 1), ("attendee", 1)), partial={"attendee": True}, name="attendees"),
    Index(DELIVERIES, (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index(BELLS, (("due_at", 1),), name="due"),
    existence(LINES),
)

_HOW_IT_FARES = (
    "failures",
    "held_until",
    "failing_since",
    "last_success_at",
    "last_failure_at",
    "last_outcome",
    "due_at",
)
_PENDING = WebhookDeliveryState.PENDING.value
_GONE_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Listener:
    """As much of a webhook as it takes to leave it a delivery."""

    id: str
    types: frozenset[str]
    ordered: bool

    def wants(self, type_name: str) -> bool:
        return EVERY in self.types or type_name in self.types


class Webhooks(Repository[Webhook]):
    """The webhooks. Nothing here replaces a document: the claim on it, and how it fares, are others' to write."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[WEBHOOKS], Webhook, "webhook")
        self._lines = database[LINES]

    def add(self, session: ClientSession, webhook: Webhook) -> None:
        """A new one, with a line that nobody stands in."""
        self.insert(session, webhook)
        self._lines.insert_one({"_id": webhook.id, "last": 0}, session=session)

    def live(self, tenant: str, identifier: str, session: ClientSession | None = None) -> Webhook:
        """The one with this id. Raises NotFound, also where it was deleted."""
        found = self.find(tenant, identifier, session)
        if found is None or found.state is WebhookState.DELETED:
            raise NotFound("webhook", identifier)
        return found

    def listed(self, tenant: str, *, limit: int, after: str | None) -> Sequence[Webhook]:
        """Up to `limit` in order of id, those behind `after` only."""
        where = {"state": {"$in": [WebhookState.ACTIVE.value, WebhookState.DISABLED.value]}}
        return self.page(tenant, where, limit=limit, after=after)

    def listeners(self, session: ClientSession, tenants: Collection[str]) -> Mapping[str, Sequence[Listener]]:
        """The active ones by their tenants."""
        found: dict[str, list[Listener]] = {}
        where = {"tenant": {"$in": sorted(tenants)}, "state": WebhookState.ACTIVE.value}
        for each in self.collection.find(where, {"tenant": 1, "types": 1, "ordered": 1}, session=session):
            listener = Listener(each["_id"], frozenset(each["types"]), each["ordered"])
            found.setdefault(each["tenant"], []).append(listener)
        return found

    def change(self, session: ClientSession, before: Webhook, after: Webhook, now: datetime) -> Webhook:
        """Writes what is different, as the next version. Raises PreconditionFailed where another came first."""
        old, new = (converter.unstructure(each) for each in (before, after))
        changes = {name: value for name, value in new.items() if value != old[name]}
        changed = self.collection.find_one_and_update(
            {"_id": before.id, "tenant": before.tenant, "version": before.version},
            {"$set": {**changes, "updated_at": now, "version": before.version + 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if changed is None:
            raise PreconditionFailed(f"The webhook {before.id} was changed in the meantime: read it again.")
        return self.from_document(changed)

    def fares(self, session: ClientSession, webhook: Webhook) -> None:
        """Writes how it fares, and nothing that its owner may have changed."""
        told = converter.unstructure(webhook)
        self.collection.update_one(
            {"_id": webhook.id}, {"$set": {name: told[name] for name in _HOW_IT_FARES}}, session=session
        )

    def ring(self, session: ClientSession, ids: Collection[str], now: datetime) -> None:
        """There may be something new for them: each is due, as soon as its receiver is not left alone any more.

        It always writes: whoever is finding out at this moment that nothing is left for one has to look again.
        """
        soon = {"$max": [now, "$held_until"]}
        self.collection.update_many(
            {"_id": {"$in": sorted(ids)}, "state": WebhookState.ACTIVE.value},
            [{"$set": {"due_at": {"$min": ["$due_at", soon]}, "rung": new_id()}}],
            session=session,
        )

    def places(self, session: ClientSession, webhook_id: str, number: int) -> range:
        """So many next places in the line of one that keeps order."""
        line = self._lines.find_one_and_update(
            {"_id": webhook_id}, {"$inc": {"last": number}}, return_document=ReturnDocument.AFTER, session=session
        )
        last = number if line is None else line["last"]  # None: it was removed at this moment
        return range(last - number + 1, last + 1)

    def remove(self, session: ClientSession, webhook_id: str) -> None:
        """Leaves nothing of it."""
        self.collection.delete_one({"_id": webhook_id}, session=session)
        self._lines.delete_one({"_id": webhook_id}, session=session)


class WebhookDeliveries:
    """What is on its way to webhooks, and what became of it: of pending ones the webhook's claim decides who writes."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[DELIVERIES]

    def insert(self, session: ClientSession, deliveries: Sequence[WebhookDelivery]) -> None:
        """New ones."""
        rows = [InsertOne(_document(each)) for each in deliveries]
        if rows:
            self.collection.bulk_write(rows, session=session)

    def due(self, webhook: Webhook, now: datetime, limit: int) -> Sequence[WebhookDelivery]:
        """Up to `limit` that may be tried now: in the order of the line where it is kept, else whose time came first.

        In a line the first one that may not be tried yet holds up all behind it.
        """
        where: Document = {"webhook_id": webhook.id, "state": _PENDING}
        if not webhook.ordered:
            where["next_at"] = {"$lte": now}
        found = [_delivery(each) for each in self.collection.find(where).sort(_order(webhook)).limit(limit)]
        early = next((at for at, each in enumerate(found) if each.next_at is not None and each.next_at > now), None)
        return found[:early]

    def next_at(self, session: ClientSession, webhook: Webhook) -> datetime | None:
        """When the next one may be tried; None where none waits."""
        where = {"webhook_id": webhook.id, "state": _PENDING}
        found = self.collection.find_one(where, {"next_at": 1}, sort=_order(webhook), session=session)
        return None if found is None else found["next_at"]

    def record(self, session: ClientSession, deliveries: Sequence[WebhookDelivery]) -> None:
        """Writes what came of attempts; of one that was dropped meanwhile it changes nothing."""
        steps = []
        for each in deliveries:
            fields = {name: value for name, value in _document(each).items() if name in _OF_ATTEMPTS}
            steps.append(UpdateOne({"_id": each.id, "state": _PENDING}, {"$set": fields}))
        if steps:
            self.collection.bulk_write(steps, session=session)

    def get(
        self, tenant: str, webhook_id: str, identifier: str, session: ClientSession | None = None
    ) -> WebhookDelivery:
        """The one with this id, without its body. Raises NotFound."""
        where = {"_id": identifier, "tenant": tenant, "webhook_id": webhook_id}
        found = self.collection.find_one(where, _ALL_BUT_BODY, session=session)
        if found is None:
            raise NotFound("delivery", identifier)
        return _delivery(found)

    def log(self, tenant: str, webhook_id: str, *, limit: int, before: str | None) -> Sequence[WebhookDelivery]:
        """Up to `limit`, newest first, older than `before` only; without their bodies."""
        where: Document = {"tenant": tenant, "webhook_id": webhook_id}
        if before is not None:
            where["_id"] = {"$lt": before}
        found = self.collection.find(where, _ALL_BUT_BODY).sort("_id", DESCENDING).limit(limit)
        return [_delivery(each) for each in found]

    def again(self, session: ClientSession, tenant: str, identifier: str, now: datetime) -> bool:
        """It is to be tried at once, from the top of the table; False where its body is gone."""
        fields = {"state": _PENDING, "next_at": now, "tries": 0}
        where = {"_id": identifier, "tenant": tenant, "stripped": False}
        return self.collection.update_one(where, {"$set": fields}, session=session).matched_count == 1

    def telling_of_member(
        self, session: ClientSession, tenant: str, ids: Collection[str], limit: int
    ) -> Sequence[WebhookDelivery]:
        """Up to `limit` whose bodies are members' own."""
        where = {"tenant": tenant, "member_id": {"$in": sorted(ids)}, "stripped": False}
        return [_delivery(each) for each in self.collection.find(where, session=session).limit(limit)]

    def attendee_records(self, session: ClientSession, tenant: str) -> Iterator[WebhookDelivery]:
        """All whose bodies are attendee records."""
        where = {"tenant": tenant, "attendee": True, "stripped": False}
        for each in self.collection.find(where, session=session):
            yield _delivery(each)

    def strip(self, session: ClientSession, ids: Collection[str]) -> int:
        """Takes the bodies away for good; what was still to be sent is not sent. How many there were."""
        mine = {"_id": {"$in": sorted(ids)}, "stripped": False}
        waiting = {"$set": {"state": WebhookDeliveryState.DROPPED.value, "next_at": None}}
        self.collection.update_many({**mine, "state": _PENDING}, waiting, session=session)
        gone = {"$set": {"stripped": True, "body": None}}
        return self.collection.update_many(mine, gone, session=session).modified_count

    def of_member(self, tenant: str, ids: Collection[str]) -> Sequence[WebhookDelivery]:
        """All that told of a member, without their bodies."""
        found = self.collection.find({"tenant": tenant, "member_id": {"$in": sorted(ids)}}, _ALL_BUT_BODY)
        return [_delivery(each) for each in found.sort("_id", ASCENDING)]

    def remove_some(self, session: ClientSession, webhook_id: str) -> int:
        """Removes up to a thousand of a webhook's; how many there were."""
        found = self.collection.find({"webhook_id": webhook_id}, {"_id": 1}, session=session).limit(_GONE_AT_ONCE)
        ids = [each["_id"] for each in found]
        return self.collection.delete_many({"_id": {"$in": ids}}, session=session).deleted_count


class WebhookBells:
    """That something was left for webhooks, by whoever must not wait for those who are sending to them."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[BELLS]

    def leave(self, session: ClientSession, ids: Collection[str], tenant: str, now: datetime) -> None:
        bell = {"_id": new_id(), "tenant": tenant, "webhook_ids": sorted(ids), "due_at": now}
        self.collection.insert_one(bell, session=session)

    def remove(self, session: ClientSession, identifier: str) -> None:
        self.collection.delete_one({"_id": identifier}, session=session)


_OF_ATTEMPTS = ("state", "next_at", "tries", "attempts")
_ALL_BUT_BODY = {"body": 0}


def _order(webhook: Webhook) -> list[tuple[str, int]]:
    return [("seq", 1), ("_id", 1)] if webhook.ordered else [("next_at", 1)]


def _document(delivery: WebhookDelivery) -> dict[str, Any]:
    document: Document = converter.unstructure(delivery)
    # cattrs writes bytes as base64 text; here they stay what they are.
    return {"_id": document.pop("id"), **document, "body": delivery.body}


def _delivery(document: Document) -> WebhookDelivery:
    fields = dict(document)
    body = fields.pop("body", None)
    fields["id"] = fields.pop("_id")
    delivery = converter.structure(fields, WebhookDelivery)
    return delivery if body is None else replace(delivery, body=bytes(body))
