"""Who holds which key: one document a key (it is the `_id`), which no two members can hold, and which outlives owners.

Writers that touch the same key, held or not, meet at its document: that is what keeps two of them from each making a
member of the same person.
"""

from collections.abc import Collection, Mapping, Sequence

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.profiles.domain.circle import Holding
from services.profiles.domain.member import AMS, EMAIL, Key
from shared.errors import Conflict
from shared.messaging.erasures import Erasures
from shared.storage import identifier_hashes
from shared.storage.bulk import is_duplicate
from shared.storage.client import Document
from shared.storage.migrations import Index

COLLECTION = "identifiers"
INDEXES = (Index(COLLECTION, (("tenant", 1), ("was", 1)), partial={"was": {"$gt": ""}}, name="former"),)

FIRST = 1
"""The version of a key that comes to an owner for the first time."""


class Identifiers:
    """The keys of all members, except those of registrations."""

    def __init__(self, database: Database[Document], erasures: Erasures) -> None:
        self._collection = database[COLLECTION]
        self._erasures = erasures

    def claim(self, session: ClientSession, tenant: str, keys: Collection[Key]) -> Mapping[Key, Holding]:
        """The holdings of the keys, claimed: of two transactions that claim one key, one runs again after the other."""
        if not keys:
            return {}
        claims = [
            UpdateOne(
                {"_id": _identifier(tenant, key)},
                {
                    "$inc": {"claims": 1},
                    "$setOnInsert": {**_named(tenant, key), "member_id": None, "version": 0},
                },
                upsert=True,
            )
            for key in sorted(keys)
        ]
        result = self._collection.bulk_write(claims, ordered=True, session=session)
        if result.upserted_ids:
            made = [key for at, key in enumerate(sorted(keys)) if at in result.upserted_ids]
            self._go_on_counting(session, tenant, made)
        return self._read(session, tenant, keys)

    def known(self, session: ClientSession, tenant: str, keys: Collection[Key]) -> Mapping[Key, Holding]:
        """The holdings of those keys that somebody has, had, or was looked for by; nothing is claimed."""
        return self._read(session, tenant, keys)

    def insert(self, session: ClientSession, tenant: str, owners: Mapping[Key, str]) -> None:
        """Gives each of these keys, which are not known, to a member, and so claims it. Raises Conflict where one is
        known."""
        rows = [
            {"_id": _identifier(tenant, key), "claims": 1, **_named(tenant, key), "member_id": owner, "version": FIRST}
            for key, owner in sorted(owners.items())
        ]
        try:
            self._collection.insert_many(rows, session=session)
        except BulkWriteError as error:
            if is_duplicate(error):
                raise Conflict("One of the identifiers is known by now.") from error
            raise

    def save(self, session: ClientSession, tenant: str, holdings: Mapping[Key, Holding]) -> None:
        """Writes holdings that were claimed in this transaction; of one given up, who had it last is known still."""
        changes = [
            UpdateOne({"_id": _identifier(tenant, key)}, _held(holding)) for key, holding in sorted(holdings.items())
        ]
        if changes:
            self._collection.bulk_write(changes, session=session)

    def given_up(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> Sequence[Key]:
        """The keys that these members gave up, and nobody has had since."""
        where = {"tenant": tenant, "was": {"$in": sorted(member_ids)}, "member_id": None}
        return [Key(each["issuer"], each["value"]) for each in self._collection.find(where, session=session)]

    def forget(self, session: ClientSession, tenant: str, keys: Collection[Key]) -> None:
        """Leaves nothing of keys that were claimed in this transaction."""
        gone = [_identifier(tenant, key) for key in sorted(keys)]
        self._collection.delete_many({"_id": {"$in": gone}}, session=session)

    def _read(self, session: ClientSession, tenant: str, keys: Collection[Key]) -> Mapping[Key, Holding]:
        wanted = {"_id": {"$in": [_identifier(tenant, key) for key in keys]}}
        found = self._collection.find(wanted, session=session)
        return {Key(each["issuer"], each["value"]): Holding(each["member_id"], each["version"]) for each in found}

    def _go_on_counting(self, session: ClientSession, tenant: str, keys: Collection[Key]) -> None:
        """A key that an erased member had is counted on from there: readers keep the highest version."""
        named = {key: (kind_of(key), text_of(key)) for key in keys}
        marks = self._erasures.marks(session, tenant, set(named.values()))
        raised = [
            UpdateOne({"_id": _identifier(tenant, key)}, {"$set": {"version": mark.version}})
            for key, each in named.items()
            if (mark := marks.get(each)) is not None
        ]
        if raised:
            self._collection.bulk_write(raised, session=session)

    def member_id(self, tenant: str, key: Key) -> str | None:
        """Who holds the key."""
        found = self._collection.find_one({"_id": _identifier(tenant, key)})
        return None if found is None else found["member_id"]


def kind_of(key: Key) -> str:
    """What the key is remembered as when its owner is erased."""
    return {EMAIL: identifier_hashes.EMAIL, AMS: identifier_hashes.NUMBER}.get(key.issuer, identifier_hashes.SUBJECT)


def text_of(key: Key) -> str:
    """What of it is hashed then: of an issuer's name for somebody, the issuer, too."""
    return key.value if key.issuer in (EMAIL, AMS) else "\n".join(key)


def _named(tenant: str, key: Key) -> Document:
    return {"tenant": tenant, **key._asdict()}


def _held(holding: Holding) -> Document | list[Document]:
    now: Document = {"member_id": holding.member_id, "version": holding.version}
    if holding.member_id is not None:
        return {"$set": now, "$unset": {"was": ""}}
    return [{"$set": {**now, "was": {"$ifNull": ["$member_id", "$was"]}}}]


def _identifier(tenant: str, key: Key) -> str:
    return "\n".join((tenant, *key))
