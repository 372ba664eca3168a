"""What events knows of members: their names for the desk, and the identifiers that tickets are linked by."""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as Many

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.events.domain.identifier import Identifier
from services.events.domain.registration import Origin
from shared.storage import Document

MEMBERS = "members"
IDENTIFIERS = "identifiers"

FITS = ("offers", "seeks", "industry")
_MOST_FOUND = 500
_EMAIL = "email"


class People:
    """A projection of `members.v1`."""

    def __init__(self, database: Database[Document]) -> None:
        self._members = database[MEMBERS]
        self._identifiers = database[IDENTIFIERS]

    def keep_names(
        self,
        session: ClientSession,
        tenant: str,
        names: Mapping[str, str],
        groups: Mapping[str, Sequence[str]],
        hidden: Many[str],
        profiles: Mapping[str, Document],
    ) -> None:
        """Keeps the members' names, whether other members may read them, the groups they are in, and what they fit by.

        `hidden` are those whose names they may not; `profiles` say `offers`, `seeks` and `industry`, and nothing else
        of their profiles is kept.
        """
        fields = {
            member_id: {
                "tenant": tenant,
                "name": name,
                "search": name.casefold(),
                "groups": list(groups[member_id]),
                "hidden": member_id in hidden,
                **profiles[member_id],
            }
            for member_id, name in names.items()
        }
        found = self._members.find({"_id": {"$in": list(fields)}}, {"_id": 1}, session=session)
        known = [document["_id"] for document in found]
        if updates := [UpdateOne({"_id": each}, {"$set": fields.pop(each)}) for each in known]:
            self._members.bulk_write(updates, session=session)
        if fields:
            self._members.insert_many([{"_id": key, **kept} for key, kept in fields.items()], session=session)

    def forget(self, session: ClientSession, tenant: str, member_id: str) -> None:
        """Forgets the name and all identifiers."""
        self.forget_name(session, tenant, member_id)
        self._identifiers.delete_many({"tenant": tenant, "member_id": member_id}, session=session)

    def forget_name(self, session: ClientSession, tenant: str, member_id: str) -> None:
        """Forgets the name alone."""
        self._members.delete_one({"_id": member_id, "tenant": tenant}, session=session)

    def forget_given_up(self, session: ClientSession, tenant: str, is_theirs: Callable[[str, str], bool]) -> None:
        """Forgets what nobody has any more, of numbers, sign-ins and what identity providers call people, as far as it
        was theirs, by issuer and value."""
        gone = []
        for issuer in ("ams\n", "http", "scim"):
            start = f"{tenant}\n{issuer}"
            where = {"_id": {"$gte": start, "$lt": f"{start}\U0010ffff"}, "member_id": None}
            for found in self._identifiers.find(where, {"_id": 1}):
                _, named, value = found["_id"].split("\n", 2)
                if is_theirs(named, value):
                    gone.append(found["_id"])
        self._identifiers.delete_many({"_id": {"$in": gone}}, session=session)

    def names(self, tenant: str, member_ids: Many[str], session: ClientSession | None = None) -> dict[str, str]:
        """The names of those that are known, for the desk."""
        where = {"_id": {"$in": list(member_ids)}, "tenant": tenant}
        found = self._members.find(where, {"name": 1}, session=session)
        return {document["_id"]: document["name"] for document in found}

    def among(self, tenant: str, member_ids: Many[str]) -> frozenset[str]:
        """Those of them who are members still."""
        where = {"_id": {"$in": list(member_ids)}, "tenant": tenant}
        return frozenset(self._members.distinct("_id", where))

    def names_for_members(self, tenant: str, member_ids: Many[str]) -> dict[str, str]:
        """The names of those who are known and let the people they take part with read them."""
        where = {"_id": {"$in": list(member_ids)}, "tenant": tenant, "hidden": {"$ne": True}}
        return {document["_id"]: document["name"] for document in self._members.find(where)}

    def known(self, tenant: str, member_id: str, session: ClientSession | None = None) -> Document | None:
        """The member's id, name, groups and what they fit by; None where no message has told of the member.

        Copies of 0.1.0 have but the name until the member changes, or they are rebuilt.
        """
        found = self._members.find_one({"_id": member_id, "tenant": tenant}, session=session)
        if found is None:
            return None
        fits = {name: found.get(name) for name in FITS}
        return {"id": found["_id"], "name": found["name"], "groups": found.get("groups", []), **fits}

    def fitting(self, tenant: str, member_ids: Many[str], session: ClientSession | None = None) -> dict[str, Document]:
        """What those who are known fit by: `offers`, `seeks`, `industry`, `groups`."""
        where = {"_id": {"$in": list(member_ids)}, "tenant": tenant}
        names = (*FITS, "groups")
        found = self._members.find(where, dict.fromkeys(names, 1), session=session)
        return {document["_id"]: {name: document.get(name) for name in names} for document in found}

    def identifiers_of(self, tenant: str, member_ids: Many[str]) -> list[Document]:
        """By which names the tickets of these members are found; addresses are not kept."""
        found = self._identifiers.find({"tenant": tenant, "member_id": {"$in": sorted(member_ids)}}).sort("_id", 1)
        parts = (str(document["_id"]).split("\n", 2) for document in found)
        return [{"issuer": issuer, "value": value} for _, issuer, value in parts]

    def groups_of(self, tenant: str, member_id: str) -> Sequence[str]:
        """The groups that the member is known to be in."""
        found = self._members.find_one({"_id": member_id, "tenant": tenant}, {"groups": 1})
        return () if found is None else found.get("groups", ())

    def is_in(self, tenant: str, member_id: str, groups: Many[str], session: ClientSession) -> bool:
        """Whether the member is known to be in one of the groups."""
        where = {"_id": member_id, "tenant": tenant, "groups": {"$in": list(groups)}}
        return self._members.find_one(where, {"_id": 1}, session=session) is not None

    def matching(self, tenant: str, text: str) -> Sequence[str]:
        """The ids of up to 500 members with the text in their name."""
        where = {"tenant": tenant, "search": {"$regex": re.escape(text.casefold())}}
        return [document["_id"] for document in self._members.find(where, {"_id": 1}).limit(_MOST_FOUND)]

    def await_owners(self, session: ClientSession, tenant: str, origins: Many[Origin]) -> dict[Origin, str | None]:
        """Whose the tickets are by their identifiers, None while unknown.

        A write of each in any case: whoever learns an owner at the same moment conflicts with it, so that a
        registration and its member cannot pass each other.
        """
        keys = {origin: _key(tenant, origin.source, origin.identifier) for origin in origins}
        wanted = list(dict.fromkeys(keys.values()))
        found = self._identifiers.find({"_id": {"$in": wanted}}, {"member_id": 1}, session=session)
        owners: dict[str, str | None] = {document["_id"]: document.get("member_id") for document in found}
        if absent := [{"_id": key, "tenant": tenant, "awaited": 1} for key in wanted if key not in owners]:
            self._identifiers.insert_many(absent, session=session)
        if owners:
            self._identifiers.update_many({"_id": {"$in": list(owners)}}, {"$inc": {"awaited": 1}}, session=session)
        return {origin: owners.get(key) for origin, key in keys.items()}

    def learn(
        self, session: ClientSession, tenant: str, claims: Sequence[tuple[str, Sequence[Identifier]]]
    ) -> list[list[Identifier]]:
        """Keeps what members claim, claim by claim, where it is newer than what is known; the rest of theirs is gone.

        Returns of each claim what was kept. Addresses are not kept. What a member gave up keeps its version, so that
        whoever had it before cannot get it back by a message that comes late.
        """
        named = [
            (member_id, {_key(tenant, each.issuer, each.value): each for each in identifiers if each.issuer != _EMAIL})
            for member_id, identifiers in claims
        ]
        self._release(session, tenant, {member_id: identifiers.keys() for member_id, identifiers in named})
        wanted = list({key for _, identifiers in named for key in identifiers})
        found = self._identifiers.find({"_id": {"$in": wanted}}, {"version": 1}, session=session)
        known = {document["_id"]: document.get("version", 0) for document in found}
        versions, fields, learned = dict(known), dict[str, Document](), []
        for member_id, identifiers in named:
            newer = {key: each for key, each in identifiers.items() if each.version > versions.get(key, -1)}
            for key, each in newer.items():
                versions[key] = each.version
                fields[key] = {"tenant": tenant, "member_id": member_id, "version": each.version}
            learned.append(list(newer.values()))
        if updates := [UpdateOne({"_id": key}, {"$set": fields.pop(key)}) for key in known if key in fields]:
            self._identifiers.bulk_write(updates, session=session)
        if fields:
            self._identifiers.insert_many([{"_id": key, **kept} for key, kept in fields.items()], session=session)
        return learned

    def _release(self, session: ClientSession, tenant: str, kept: Mapping[str, Many[str]]) -> None:
        """Takes from members the identifiers that are not among those they keep."""
        theirs = {"tenant": tenant, "member_id": {"$in": list(kept)}}
        found = self._identifiers.find(theirs, {"member_id": 1}, session=session)
        gone = [document["_id"] for document in found if document["_id"] not in kept[document["member_id"]]]
        if gone:
            self._identifiers.update_many({"_id": {"$in": gone}}, {"$set": {"member_id": None}}, session=session)

    def owner(self, tenant: str, issuer: str, value: str) -> str | None:
        """The member with this identifier, None where nobody has it."""
        found = self._identifiers.find_one({"_id": _key(tenant, issuer, value)})
        return None if found is None else found.get("member_id")


def _key(tenant: str, issuer: str, value: str) -> str:
    return f"{tenant}\n{issuer}\n{value}"
