"""Copies of members, as profiles last told of them."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.member import Day, Language, Member, Membership, Side, Skill, Window
from services.matching.domain.stated_goal import StatedGoal
from shared.contracts.sign_in import SignIn
from shared.storage import Document, Index, Repository, sign_ins
from shared.storage.repository import converter

COLLECTION = "copies"

INDEXES = (Index(COLLECTION, (("tenant", 1), ("_id", 1))), sign_ins.index(COLLECTION))


# Looked up: calling an enumeration takes five times as long.
_SIDES = {each.value: each for each in Side}
_DAYS = {each.value: each for each in Day}
_MEMBERSHIPS = {each.value: each for each in Membership}


# Many speak the same languages, and are free at the same hours.
@lru_cache(maxsize=1 << 12)
def _language(code: str, level: int) -> Language:
    return Language(code, level)


@lru_cache(maxsize=1 << 12)
def _window(day: str, start: str, end: str) -> Window:
    return Window(_DAYS[day], start, end)


class Copies(Repository[Member]):
    """A projection: its reaction writes it, everyone else reads; nothing is there until profiles have told of it."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Member, "member")

    def put(self, session: ClientSession, member: Member) -> None:
        """The member as they are now, in place of what was known."""
        document: Document = converter.unstructure(member)
        identifier = document.pop("id")
        where = {"_id": identifier, "tenant": member.tenant}
        self.collection.replace_one(where, document, upsert=True, session=session)

    def bar(self, session: ClientSession, tenant: str, member_id: str, *, barred: bool) -> None:
        """From now on the member counts as suspended, or as profiles told last; nothing where it is so already."""
        known = {"_id": member_id, "tenant": tenant}
        if barred:
            found: Any = None
            change: Document = {"told_membership": "$membership", "membership": Membership.SUSPENDED.value}
        else:
            found = {"$ne": None}
            change = {"membership": "$told_membership", "told_membership": None}
        self.collection.update_one({**known, "told_membership": found}, [{"$set": change}], session=session)

    def from_document(self, document: Document) -> Member:
        """As every aggregate; written out, since many thousands are read at a time and ten for each recommendation."""
        return Member(
            id=document["_id"],
            tenant=document["tenant"],
            version=document["version"],
            updated_at=document["updated_at"],
            name=document.get("name", ""),
            organization=document.get("organization"),
            industry=document.get("industry"),
            seniority=document.get("seniority"),
            time_zone=document.get("time_zone"),
            groups=tuple(document.get("groups", ())),
            languages=tuple(_language(each["code"], each["level"]) for each in document.get("languages", ())),
            skills=tuple(
                Skill(each["label"], _SIDES[each["side"]], each.get("level"), each.get("id"))
                for each in document.get("skills", ())
            ),
            goals=tuple(document.get("goals", ())),
            detailed_goals=tuple(StatedGoal(**each) for each in document.get("detailed_goals", ())),
            goal_themes=tuple(document.get("goal_themes", ())),
            skill_themes=tuple(document.get("skill_themes", ())),
            availability=tuple(
                _window(each["day"], each["start"], each["end"]) for each in document.get("availability", ())
            ),
            frequency=document.get("frequency"),
            format=document.get("format"),
            membership=_MEMBERSHIPS[document.get("membership", Membership.ACTIVE.value)],
            told_membership=_MEMBERSHIPS.get(document.get("told_membership") or ""),
            verified=tuple(document.get("verified", ())),
            visibility=document.get("visibility", {}),
            sign_ins=tuple(SignIn(**each) for each in document.get("sign_ins", ())),
        )

    def forget(self, session: ClientSession, tenant: str, member_id: str) -> None:
        """Removes the copy, if there is one."""
        self.collection.delete_one({"_id": member_id, "tenant": tenant}, session=session)

    def signed_in(self, tenant: str, issuer: str, subject: str) -> str | None:
        """The member who signs in so."""
        return sign_ins.find(self.collection, tenant, issuer, subject)

    def among(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Mapping[str, Member]:
        """Those of the members that are known, by id."""
        where = {"_id": {"$in": sorted(member_ids)}}
        found = self.page(tenant, where, limit=0, session=session)
        return {member.id: member for member in found}

    def as_kept(self, tenant: str, member_ids: Collection[str]) -> Mapping[str, Document]:
        """Those of the members that are known, by id, as documents: where many are only copied on."""
        where = {"tenant": tenant, "_id": {"$in": sorted(member_ids)}}
        return {each["_id"]: each for each in self.collection.find(where)}

    def known(self, tenant: str, member_ids: Collection[str]) -> set[str]:
        """Those of the members of whom there is a copy."""
        where = {"tenant": tenant, "_id": {"$in": sorted(member_ids)}}
        return {each["_id"] for each in self.collection.find(where, {"_id": 1})}
