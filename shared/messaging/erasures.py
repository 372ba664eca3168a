"""Who was erased: what every service remembers of it, and by what it recognizes records that came before.

Kept for good, and nothing in it tells who somebody was: ids, times, keyed hashes. What an erasure has to be carried
out by (the registrations outside) stays until it has been carried out twice.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from shared.clock import parse_rfc3339
from shared.messaging.envelope import Data, Message
from shared.messaging.reactions import Kind, Reaction
from shared.messaging.traces import Place, Traces
from shared.messaging.unit_of_work import Transaction
from shared.storage.client import Document
from shared.storage.identifier_hashes import EMAIL, IdentifierHashes
from shared.storage.merges import Merges
from shared.storage.migrations import Index, existence

COLLECTION = "erasures"
MARKS = "erasure_marks"
INDEXES = (
    Index(COLLECTION, (("due_at", 1),), name="due"),
    Index(COLLECTION, (("at", 1),), name="lately"),
    existence(MARKS),
)

LOOK_SECONDS = 1.0
"""So long a process may not know that somebody was erased."""

_SKEW = timedelta(minutes=1)
LOOKS_AGAIN = (timedelta(minutes=10), timedelta(hours=7))
"""When one looks again for what was on its way, after the first time and after the second.

Ten minutes are longer than any transaction and any request that had begun before; seven hours than a segment of the
members' topic stays open.
"""


@dataclass(frozen=True, slots=True)
class Request:
    """An erasure as it is asked for. `hashes` are pairs of a kind and a hash; `ids` are all that the member was."""

    id: str
    requested_at: datetime
    ids: tuple[str, ...]
    registrations: Collection[Place]
    hashes: Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Erased:
    """Somebody to be forgotten, as far as this service knows by now what they were known by."""

    tenant: str
    ids: tuple[str, ...]
    requested_at: datetime | None
    """What was said later is not about the one who was erased; None where only the end of the member is known."""
    erasure_id: str | None
    registrations: frozenset[Place]
    marks: frozenset[tuple[str, str]]
    hashes: IdentifierHashes = field(repr=False)

    def is_known_by(self, kind: str, value: str) -> bool:
        """Whether this names them."""
        return any((kind, each) in self.marks for each in self.hashes.every(self.tenant, kind, value))

    def is_meant_by(self, traces: Traces) -> bool:
        """Whether a record with these traces is about them, and not about who came back later."""
        if self.is_later(traces.said_at):
            return False
        if traces.place is not None and traces.place in self.registrations:
            return True
        return any(self.is_known_by(kind, value) for kind, value in traces.own())

    def is_later(self, said_at: datetime | None) -> bool:
        """Whether it was said after the erasure."""
        return said_at is not None and self.requested_at is not None and said_at > self.requested_at


@dataclass(frozen=True, slots=True)
class Standing:
    """What of some records stands under an erasure, and since when."""

    _marks: Mapping[tuple[str, str], "Mark"]

    def forbids(self, traces: Traces) -> bool:
        """Whether a record with these traces is about somebody who was erased since."""
        return any(self._is_under(each, traces.said_at) for each in _wanted(traces, with_buyer=False))

    def forbids_buyer(self, traces: Traces) -> bool:
        """Whether its buyer, who may be somebody else than it is about, was erased since."""
        return traces.buyer is not None and self._is_under((EMAIL, traces.buyer), traces.said_at)

    def _is_under(self, named: tuple[str, str], said_at: datetime | None) -> bool:
        mark = self._marks.get(named)
        return mark is not None and (said_at is None or said_at <= mark.at)

    def version(self, place: Place) -> int:
        """How often the registration had come to an owner when its owner was erased; 0 where nobody was."""
        mark = self._marks.get((_REGISTRATION, _joined(place)))
        return 0 if mark is None else mark.version


@dataclass(frozen=True, slots=True)
class Mark:
    """Since when somebody known by this is erased, and the version that the identifier had then."""

    at: datetime
    version: int


_REGISTRATION = "registration"
_NOTHING = Standing(MappingProxyType({}))


class Erasures:
    """One for a process; safe to share between threads."""

    def __init__(self, database: Database[Document], hashes: IdentifierHashes) -> None:
        self.collection = database[COLLECTION]
        self.hashes = hashes
        self._marks = database[MARKS]
        self._lately = _Lately(database)

    def reaction(self) -> Reaction:
        """Hears of erasures: by the tombstone, which alone suffices, and by the request, which says what else to
        forget, in either order and however often."""
        return Reaction("erase_members", ("member.erased.v1", "erasure.requested.v1"), Kind.EFFECT, self._hear)

    def _hear(self, transaction: Transaction, message: Message) -> None:
        if message.data is None:
            self._write(transaction, message.key, {"tombstone": message.version})
            return
        self.request(transaction, asked(message.data))

    def request(
        self,
        transaction: Transaction,
        request: Request,
        *,
        tombstone: int | None = None,
        versions: Mapping[tuple[str, str], int] = MappingProxyType({}),
    ) -> None:
        """Remembers it, and has it carried out soon.

        `tombstone`: the version of the member's end, where it is known, too. `versions` has those of identifiers, by
        kind and hash, and of registrations, by `registration` and `registration_mark`.
        """
        marks = {*request.hashes, *((_REGISTRATION, registration_mark(each)) for each in request.registrations)}
        steps = [
            UpdateOne(
                {"_id": _mark_id(transaction.tenant, kind, digest)},
                {
                    "$max": {"at": request.requested_at, "version": versions.get((kind, digest), 0)},
                    "$setOnInsert": {"tenant": transaction.tenant},
                },
                upsert=True,
            )
            for kind, digest in sorted(marks)
        ]
        if steps:
            self._marks.bulk_write(steps, session=transaction.session)
        fields: Document = {
            "erasure_id": request.id,
            "requested_at": request.requested_at,
            "merged": list(request.ids[1:]),
            "registrations": [list(each) for each in request.registrations],
            "hashes": [list(each) for each in request.hashes],
        }
        self._write(transaction, request.ids[0], fields | ({} if tombstone is None else {"tombstone": tombstone}))

    def _write(self, transaction: Transaction, member_id: str, fields: Document) -> None:
        self.collection.update_one(
            {"_id": member_id, "tenant": transaction.tenant},
            {
                "$set": {**fields, "due_at": transaction.now, "looks": 0, "at": transaction.now},
                "$inc": {"heard": 1},
            },
            upsert=True,
            session=transaction.session,
        )

    def person(self, document: Document) -> Erased:
        """Whom a document of the collection is about."""
        return Erased(
            tenant=document["tenant"],
            ids=(document["_id"], *document.get("merged", ())),
            requested_at=document.get("requested_at"),
            erasure_id=document.get("erasure_id"),
            registrations=frozenset((each[0], each[1], each[2]) for each in document.get("registrations", ())),
            marks=frozenset((each[0], each[1]) for each in document.get("hashes", ())),
            hashes=self.hashes,
        )

    def has(self, tenant: str, member_id: str, at_once: bool = False) -> bool:
        """Whether the member was erased; not `at_once`, as far as this process knew a second ago."""
        return self._lately.has(tenant, member_id, at_once)

    def since(self, tenant: str, moment: datetime) -> Collection[str]:
        """The ids of all who were erased after this moment, or a minute before it at the most: clocks differ."""
        lately = self.collection.find({"at": {"$gt": moment - _SKEW}, "tenant": tenant}, {"merged": 1})
        return {known for each in lately for known in (each["_id"], *each.get("merged", ()))}

    def member_now(self, merged: Merges, tenant: str, member_id: str, at_once: bool) -> str | None:
        """Who the member is now: most are themselves, some were merged into another; None where that one was erased.

        Not `at_once`: of erasures, as far as this process knew a second ago.
        """
        if at_once:
            look = self._lately.look()
            member_id, found = merged.survivor_beside(tenant, member_id, COLLECTION, look.stages)
            self._lately.learn(look, found)
        else:
            member_id = merged.survivor(tenant, member_id)
        return None if self._lately.has(tenant, member_id, at_once=False) else member_id

    def standing(self, session: ClientSession | None, tenant: str, records: Iterable[Traces]) -> Standing:
        """What stands under an erasure of these records."""
        wanted = {each for traces in records for each in _wanted(traces, with_buyer=True)}
        marks = self.marks(session, tenant, wanted)
        return Standing(marks) if marks else _NOTHING

    def marks(
        self, session: ClientSession | None, tenant: str, wanted: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Mark]:
        """The marks that some of these stand under: by the kind and what was hashed."""
        marks: dict[tuple[str, str], Mark] = {}
        # Most associations have erased nobody: for them nothing is hashed, and nearly nothing asked.
        if not wanted or self._marks.find_one(_of_tenant(tenant), {"_id": 1}, session=session) is None:
            return marks
        named: dict[str, list[tuple[str, str]]] = {}
        for kind, value in wanted:
            for digest in self._digests(tenant, kind, value):
                named.setdefault(_mark_id(tenant, kind, digest), []).append((kind, value))
        for found in self._marks.find({"_id": {"$in": list(named)}}, session=session):
            for each in named[found["_id"]]:
                before = marks.get(each, Mark(found["at"], 0))
                marks[each] = Mark(max(before.at, found["at"]), max(before.version, found["version"]))
        return marks

    def _digests(self, tenant: str, kind: str, value: str) -> Sequence[str]:
        return (_digest(value),) if kind == _REGISTRATION else self.hashes.every(tenant, kind, value)


def asked(data: Data) -> Request:
    """What an `erasure.requested` asks for."""
    return Request(
        id=data["id"],
        requested_at=parse_rfc3339(data["requested_at"]),
        ids=(data["member_id"], *(data.get("merged_ids") or ())),
        registrations=[
            (each["source"], each["source_event_id"], each["source_registration_id"]) for each in data["registrations"]
        ],
        hashes=[(each["kind"], each["hash"]) for each in data["hashes"]],
    )


def registration_mark(place: Place) -> str:
    """The text by which a registration outside is remembered: its ids name no person, and take no key."""
    return _digest(_joined(place))


def _wanted(traces: Traces, *, with_buyer: bool) -> Iterable[tuple[str, str]]:
    if traces.place is not None:
        yield _REGISTRATION, _joined(traces.place)
    yield from traces.own()
    if with_buyer and traces.buyer:
        yield EMAIL, traces.buyer


def _joined(place: Place) -> str:
    """As the registration is a member's identifier: of the issuer `source`."""
    source, source_event_id, source_registration_id = place
    return f"{source}\n{source_event_id}/{source_registration_id}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _of_tenant(tenant: str) -> Document:
    """By the ids alone, which begin with the tenant: no tenant's name has a line break."""
    return {"_id": {"$gt": f"{tenant}\n", "$lt": f"{tenant}\x0b"}}


def _mark_id(tenant: str, kind: str, digest: str) -> str:
    return f"{tenant}\n{kind}\n{digest}"


@dataclass(frozen=True, slots=True)
class _Look:
    """What was erased lately, as it is asked for."""

    begun: float
    newest: datetime | None

    @property
    def stages(self) -> Sequence[Document]:
        where: Document = {} if self.newest is None else {"at": {"$gt": self.newest - _SKEW}}
        return [{"$match": where}, {"$project": {"tenant": 1, "merged": 1, "at": 1}}]


class _Lately:
    """The ids of the erased, in memory; what came last is looked up each second, when somebody asks."""

    def __init__(self, database: Database[Document], clock: Callable[[], float] = time.monotonic) -> None:
        self._collection = database[COLLECTION]
        self._clock = clock
        self._looking = threading.Lock()
        self._learning = threading.Lock()
        self._ids: set[tuple[str, str]] = set()
        self._newest: datetime | None = None
        self._look_at = float("-inf")

    def has(self, tenant: str, member_id: str, at_once: bool) -> bool:
        if at_once:
            self._look_up()  # each for itself: writers would else wait for each other's looks
        elif self._clock() >= self._look_at:
            with self._looking:
                if self._clock() >= self._look_at:  # else another thread has looked
                    self._look_up()
        return (tenant, member_id) in self._ids

    def look(self) -> _Look:
        """What is to be asked for now."""
        return _Look(self._clock(), self._newest)

    def learn(self, look: _Look, found: Collection[Document]) -> None:
        """What the look has found."""
        erased = {(each["tenant"], known) for each in found for known in (each["_id"], *each.get("merged", ()))}
        with self._learning:
            self._ids |= erased
            self._newest = max((each["at"] for each in found), default=look.newest)
            self._look_at = look.begun + LOOK_SECONDS

    def _look_up(self) -> None:
        look = self.look()
        self.learn(look, list(self._collection.aggregate(look.stages)))
