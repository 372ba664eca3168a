"""What has to be right at the very moment of a suggestion, from several collections by one read each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from services.matching.domain.enrollment import EnrollmentState, Role
from services.matching.domain.member import Member
from services.matching.domain.mentorship import LIVE
from services.matching.domain.request import OPEN
from services.matching.store import attendances, copies, enrollments, loads, mentorships, requests
from services.matching.store.attendances import Attendances
from services.matching.store.copies import Copies
from shared.storage import Document

_LIVE = frozenset(state.value for state in LIVE)
_WHAT = "_what"


@dataclass(frozen=True, slots=True)
class Caller:
    """A member in a program: seats by the roles in which they are approved, their copy, the events they were at."""

    seats: Mapping[Role, int]
    member: Member | None
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Partners:
    """Of some mentors: those who have a seat, as they are now; and whom the mentee cannot be paired with.

    `taken` is how many mentors the mentee has.
    """

    members: Mapping[str, Member]
    barred: frozenset[str]
    taken: int


class Moments:
    """Reads of several collections that make one way to the database."""

    def __init__(self, database: Database[Document]) -> None:
        self._database = database
        self._copies = Copies(database)
        self._attendances = Attendances(database)

    def caller(self, tenant: str, program_id: str, member_id: str, names: Collection[str]) -> Caller:
        """The member who asks; `names` are all ids that they have had."""
        own = {"tenant": tenant, "program_id": program_id, "member_id": member_id}
        found = self._together(
            (enrollments.COLLECTION, {**own, "state": EnrollmentState.APPROVED.value}, ("role", "capacity")),
            (copies.COLLECTION, {"_id": member_id, "tenant": tenant}, None),
            (attendances.COLLECTION, {"tenant": tenant, "member_id": {"$in": sorted(names)}}, None),
        )
        there = [self._attendances.from_document(each) for each in found[attendances.COLLECTION]]
        known = found[copies.COLLECTION]
        return Caller(
            seats={Role(each["role"]): each["capacity"] for each in found[enrollments.COLLECTION]},
            member=self._copies.from_document(known[0]) if known else None,
            events=frozenset(each.event_id for each in there if each.was_there),
        )

    def partners(self, tenant: str, programs: Sequence[str], mentee_id: str, mentors: Collection[str]) -> Partners:
        """These mentors for this mentee; `programs` are the program and, behind it, the earlier cycles that count."""
        program_id, among = programs[0], {"$in": sorted(mentors)}
        seat_free = {"$lt": [{"$add": ["$active", "$reserved"]}, "$capacity"]}
        pairs = {"$or": [{"tenant": tenant, side: mentee_id} for side in ("mentee_id", "mentor_id")]}
        asked = {"mentee_id": mentee_id, "state": {"$in": [state.value for state in OPEN]}}
        own = {"tenant": tenant, "program_id": program_id}
        found = self._together(
            (
                loads.COLLECTION,
                {**own, "member_id": among, "paused": False, "$expr": seat_free},
                ("member_id",),
            ),
            (copies.COLLECTION, {"_id": among, "tenant": tenant}, None),
            (requests.COLLECTION, {**own, **asked}, ("mentor_id",)),
            (
                mentorships.COLLECTION,
                {**pairs, "program_id": {"$in": list(programs)}},
                ("program_id", "mentor_id", "mentee_id", "state"),
            ),
        )
        before = found[mentorships.COLLECTION]
        barred = {each["mentor_id"] for each in (*found[requests.COLLECTION], *before)}
        barred |= {each["mentee_id"] for each in before}
        free = {each["member_id"] for each in found[loads.COLLECTION]}
        known = [self._copies.from_document(each) for each in found[copies.COLLECTION] if each["_id"] in free]
        mine = [each for each in before if each["mentee_id"] == mentee_id and each["program_id"] == program_id]
        return Partners(
            members={member.id: member for member in known if member.may_start_something},
            barred=frozenset(barred | {mentee_id}),
            taken=sum(each["state"] in _LIVE for each in mine),
        )

    def _together(
        self, *reads: tuple[str, Mapping[str, Any], Sequence[str] | None]
    ) -> Mapping[str, Sequence[Document]]:
        """The documents of each collection that match, whole or these fields of them."""
        (first, *own), *others = [(name, *_stages(name, where, fields)) for name, where, fields in reads]
        united = [{"$unionWith": {"coll": name, "pipeline": stages}} for name, *stages in others]
        found: dict[str, list[Document]] = {name: [] for name, _, _ in reads}
        for document in self._database[first].aggregate([*own, *united]):
            found[document.pop(_WHAT)].append(document)
        return found


def _stages(name: str, where: Mapping[str, Any], fields: Sequence[str] | None) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = [] if fields is None else [{"$project": dict.fromkeys(fields, 1)}]
    return [{"$match": dict(where)}, *shown, {"$set": {_WHAT: name}}]
