"""What has to be right at the very moment of a suggestion, from several collections by one read each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pymongo.database import Database

from services.matching.domain.enrollment import EnrollmentState, Role
from services.matching.domain.member import Member
from services.matching.domain.mentorship import LIVE
from services.matching.domain.program import Program
from services.matching.domain.request import OPEN
from services.matching.store import (
    attendances,
    copies,
    enrollments,
    loads,
    mentorships,
    pairs,
    programs,
    requests,
)
from services.matching.store.attendances import Attendances
from services.matching.store.copies import Copies
from services.matching.store.pairs import reading_apart
from services.matching.store.programs import Programs
from shared.storage import Document, encounters

_LIVE = frozenset(state.value for state in LIVE)
_WHAT = "_what"
_OF_LOADS = ("member_id", "answer_hours")

_Read = tuple[str, Mapping[str, Any], Sequence[str]]
"""A collection, the filter, and the fields that are wanted; all where none is named."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An approved member of a program: seats by role, the copy, the events they were at, and whom they met there.

    `met` are the ids that were told; who that is now is to be looked up.
    """

    program: Program
    seats: Mapping[Role, int]
    member: Member
    events: frozenset[str]
    met: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Partners:
    """Mentors for a mentee, by id, in the order asked for; `taken` is how many mentors the mentee has by now.

    `answer_hours` are the hours that each took for their last answers.
    """

    members: Mapping[str, Member]
    taken: int
    answer_hours: Mapping[str, Sequence[int]]


class Moments:
    """Reads of several collections that make one way to the database."""

    def __init__(self, database: Database[Document]) -> None:
        self._database = database
        self._copies = Copies(database)
        self._attendances = Attendances(database)
        self._programs = Programs(database)

    def caller(self, tenant: str, program_id: str, member_id: str, names: Collection[str]) -> Caller | None:
        """The member who asks, None where they are not approved in the program or not known.

        `names` are the ids by which they may have been at events; without any, nothing is read of these.
        """
        found = self._together(_of_caller(tenant, program_id, member_id, names, [member_id]))
        return self._caller(found, member_id, names)

    def both(
        self,
        tenant: str,
        programs: Sequence[str],
        mentee_id: str,
        names: Collection[str],
        mentors: Sequence[str],
        count: int,
    ) -> tuple[Caller, Partners] | None:
        """The mentee who asks, as `caller` has them, and the first `count` of these mentors who can be suggested.

        These have a seat, may start something, were not asked or paired before, and are not kept apart. `programs` are
        the program and, behind it, the earlier cycles that count.
        """
        program_id, among = programs[0], {"$in": list(mentors)}
        own = {"tenant": tenant, "program_id": program_id}
        seat_free = {"$lt": [{"$add": ["$active", "$reserved"]}, "$capacity"]}
        open_ones = {"$in": [state.value for state in OPEN]}
        either_side = {"$or": [{"tenant": tenant, side: mentee_id} for side in ("mentee_id", "mentor_id")]}
        found = self._together(
            [
                *_of_caller(tenant, program_id, mentee_id, names, [mentee_id, *mentors]),
                (loads.COLLECTION, {**own, "member_id": among, "paused": False, "$expr": seat_free}, _OF_LOADS),
                reading_apart(tenant, mentee_id),
                (requests.COLLECTION, {**own, "mentee_id": mentee_id, "state": open_ones}, ("mentor_id",)),
                (
                    mentorships.COLLECTION,
                    {**either_side, "program_id": {"$in": list(programs)}},
                    ("program_id", "mentor_id", "mentee_id", "state"),
                ),
            ]
        )
        caller = self._caller(found, mentee_id, names)
        if caller is None:
            return None
        before = found[mentorships.COLLECTION]
        barred = {mentee_id} | {each["mentor_id"] for each in (*found[requests.COLLECTION], *before)}
        barred |= {each["mentee_id"] for each in before}
        barred |= {each for pair in found[pairs.COLLECTION] for each in pair["member_ids"]}
        free = {each["member_id"] for each in found[loads.COLLECTION]} - barred
        known = {each["_id"]: each for each in found[copies.COLLECTION]}
        here = [each for each in before if each["program_id"] == program_id and each["mentee_id"] == mentee_id]
        able = self._able(known[each] for each in mentors if each in free and each in known)
        return caller, Partners(
            members={member.id: member for member in islice(able, count)},
            taken=sum(each["state"] in _LIVE for each in here),
            answer_hours={each["member_id"]: each.get("answer_hours", ()) for each in found[loads.COLLECTION]},
        )

    def _caller(self, found: Mapping[str, Sequence[Document]], member_id: str, names: Collection[str]) -> Caller | None:
        seats = {Role(each["role"]): each["capacity"] for each in found[enrollments.COLLECTION]}
        there = [self._attendances.from_document(each) for each in found.get(attendances.COLLECTION, ())]
        met = found.get(encounters.COLLECTION, ())
        known = [self._copies.from_document(each) for each in found[copies.COLLECTION] if each["_id"] == member_id]
        if not seats or not known or not found[programs.COLLECTION]:
            return None
        return Caller(
            program=self._programs.from_document(found[programs.COLLECTION][0]),
            seats=seats,
            member=known[0],
            events=frozenset(each.event_id for each in there if each.was_there),
            met=frozenset(each for told in met for each in told["member_ids"]) - frozenset(names),
        )

    def _able(self, documents: Iterator[Document]) -> Iterator[Member]:
        """Those who may start something, made of their documents only as they are wanted."""
        for document in documents:
            member = self._copies.from_document(document)
            if member.may_start_something:
                yield member

    def _together(self, reads: Sequence[_Read]) -> Mapping[str, Sequence[Document]]:
        """The documents of each collection that match."""
        (first, own), *others = [(name, _stages(name, where, fields)) for name, where, fields in reads]
        united = [{"$unionWith": {"coll": name, "pipeline": stages}} for name, stages in others]
        found: dict[str, list[Document]] = {name: [] for name, _, _ in reads}
        for document in self._database[first].aggregate([*own, *united]):
            found[document.pop(_WHAT)].append(document)
        return found


def _stages(name: str, where: Mapping[str, Any], fields: Sequence[str]) -> list[dict[str, Any]]:
    shown = [{"$project": dict.fromkeys(fields, 1)}] if fields else []
    return [{"$match": dict(where)}, *shown, {"$set": {_WHAT: name}}]


def _of_caller(
    tenant: str, program_id: str, member_id: str, names: Collection[str], members: Sequence[str]
) -> list[_Read]:
    own = {"tenant": tenant, "program_id": program_id, "member_id": member_id}
    reads: list[_Read] = [
        (enrollments.COLLECTION, {**own, "state": EnrollmentState.APPROVED.value}, ("role", "capacity")),
        (copies.COLLECTION, {"_id": {"$in": list(members)}, "tenant": tenant}, ()),
        (programs.COLLECTION, {"_id": program_id, "tenant": tenant}, ()),
    ]
    if names:
        own_names = {"$in": sorted(names)}
        reads.append((attendances.COLLECTION, {"tenant": tenant, "member_id": own_names}, ()))
        met = {"tenant": tenant, "member_ids": own_names, "met": True}
        reads.append((encounters.COLLECTION, met, ("member_ids",)))
    return reads
