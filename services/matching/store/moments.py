"""What has to be right at the very moment of a suggestion, from several collections by one read each."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pymongo.database import Database

from services.matching.domain.enrollment import EnrollmentState, Role
from services.matching.domain.member import Member
from services.matching.domain.mentorship import LIVE
from services.matching.domain.request import OPEN, WITH_THE_MENTOR
from services.matching.store import attendances, copies, enrollments, loads, mentorships, pairs, requests
from services.matching.store.attendances import Attendances
from services.matching.store.copies import Copies
from services.matching.store.pairs import reading_apart
from shared.storage import Document, encounters

_LIVE = frozenset(state.value for state in LIVE)
_WHAT = "_what"
_OF_LOADS = ("member_id", "answer_hours", "active", "reserved", "capacity")

_Read = tuple[str, Mapping[str, Any], Sequence[str]]
"""A collection, the filter, and the fields that are wanted; all where none is named."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An approved member of a program: seats by role, the copy, the events they were at, and whom they met there.

    `met` are the ids that were told; who that is now is to be looked up.
    """

    seats: Mapping[Role, int]
    member: Member
    events: frozenset[str]
    met: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Partners:
    """Members of the other side, by id, in the order asked for; `taken` is how many partners whoever asks has by now.

    `barred` is how many are none for them, now or ever; `answer_hours` are the hours that each mentor took for their
    last answers.
    """

    members: Mapping[str, Member]
    taken: int
    barred: int
    answer_hours: Mapping[str, Sequence[int]]


class Moments:
    """Reads of several collections that make one way to the database."""

    def __init__(self, database: Database[Document]) -> None:
        self._enrollments = database[enrollments.COLLECTION]
        self._copies = Copies(database)
        self._attendances = Attendances(database)

    def caller(self, tenant: str, program_id: str, member_id: str, names: Collection[str]) -> Caller | None:
        """The member who asks, None where they are not approved in the program or not known.

        `names` are the ids by which they may have been at events; without any, nothing is read of these.
        """
        found = self._together(_of_caller(tenant, program_id, [member_id], names, [member_id]))
        return self._caller(found, member_id, names)

    def both(
        self,
        tenant: str,
        programs: Sequence[str],
        asker: tuple[str, Role],
        names: Collection[str],
        partners: Sequence[str],
        count: int,
    ) -> tuple[Caller, Partners] | None:
        """The member who asks in this role, as `caller` has them, and the first `count` of these who can be suggested.

        These have a seat, may start something, were not asked or paired before, and are not kept apart. `programs` are
        the program and, behind it, the earlier cycles that count.
        """
        program_id, (asker_id, role) = programs[0], asker
        own, among = {"tenant": tenant, "program_id": program_id}, {"$in": list(partners)}
        mine, theirs = ("mentor_id", "mentee_id") if role is Role.MENTOR else ("mentee_id", "mentor_id")
        waits = {"$in": [state.value for state in (WITH_THE_MENTOR if role is Role.MENTOR else OPEN)]}
        of_asker = [
            {"tenant": tenant, side: asker_id, "program_id": {"$in": list(programs)}} for side in (mine, theirs)
        ]
        approved = [asker_id]
        if role is Role.MENTEE:
            seats: list[_Read] = [(loads.COLLECTION, {**own, "member_id": among, "paused": False}, _OF_LOADS)]
        else:  # mentees have no load: their seats are counted here
            seats = []
            approved += partners
            of_asker.append({**own, "mentee_id": among, "state": {"$in": list(_LIVE)}})
        found = self._together(
            [
                *_of_caller(tenant, program_id, approved, names, [asker_id, *partners]),
                *seats,
                reading_apart(tenant, asker_id),
                (requests.COLLECTION, {**own, mine: asker_id, "state": waits}, (theirs,)),
                (mentorships.COLLECTION, {"$or": of_asker}, ("program_id", "mentor_id", "mentee_id", "state")),
            ]
        )
        caller = self._caller(found, asker_id, names)
        if caller is None:
            return None
        pairings = found[mentorships.COLLECTION]
        before = [each for each in pairings if asker_id in (each["mentor_id"], each["mentee_id"])]
        barred = {asker_id} | {each[theirs] for each in found[requests.COLLECTION]}
        barred |= {each[side] for each in before for side in (mine, theirs)}
        barred |= {each for pair in found[pairs.COLLECTION] for each in pair["member_ids"]}
        live = [each for each in pairings if each["program_id"] == program_id and each["state"] in _LIVE]
        free = {
            each["member_id"]
            for each in found.get(loads.COLLECTION, ())
            if each["active"] + each["reserved"] < each["capacity"]
        }
        if role is Role.MENTOR:
            held = Counter(each["mentee_id"] for each in live)
            free = {
                each["member_id"]
                for each in found[enrollments.COLLECTION]
                if each["role"] == Role.MENTEE.value and each["capacity"] > held[each["member_id"]]
            }
        free -= barred
        known = {each["_id"]: each for each in found[copies.COLLECTION]}
        able = self._able(known[each] for each in partners if each in free and each in known)
        return caller, Partners(
            members={member.id: member for member in islice(able, count)},
            taken=sum(each[mine] == asker_id for each in live),
            barred=len(barred),
            answer_hours={each["member_id"]: each.get("answer_hours", ()) for each in found.get(loads.COLLECTION, ())},
        )

    def _caller(self, found: Mapping[str, Sequence[Document]], member_id: str, names: Collection[str]) -> Caller | None:
        own = [each for each in found[enrollments.COLLECTION] if each["member_id"] == member_id]
        seats = {Role(each["role"]): each["capacity"] for each in own}
        there = [self._attendances.from_document(each) for each in found.get(attendances.COLLECTION, ())]
        met = found.get(encounters.COLLECTION, ())
        known = [self._copies.from_document(each) for each in found[copies.COLLECTION] if each["_id"] == member_id]
        if not seats or not known:
            return None
        return Caller(
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
        """The documents of each collection that match; the first one is that of enrollments."""
        own, *others = [(name, _stages(name, where, fields)) for name, where, fields in reads]
        united = [{"$unionWith": {"coll": name, "pipeline": stages}} for name, stages in others]
        found: dict[str, list[Document]] = {name: [] for name, _, _ in reads}
        for document in self._enrollments.aggregate([*own[1], *united]):
            found[document.pop(_WHAT, copies.COLLECTION)].append(document)
        return found


def _stages(name: str, where: Mapping[str, Any], fields: Sequence[str]) -> list[dict[str, Any]]:
    matching = {"$match": dict(where)}
    if name == copies.COLLECTION:  # as they are: the database passes large documents on quicker than it marks them
        return [matching]
    what = {_WHAT: {"$literal": name}}
    return [matching, {"$project": dict.fromkeys(fields, 1) | what} if fields else {"$set": what}]


def _of_caller(
    tenant: str, program_id: str, approved: Collection[str], names: Collection[str], members: Collection[str]
) -> list[_Read]:
    own = {"tenant": tenant, "program_id": program_id, "member_id": {"$in": list(approved)}}
    reads: list[_Read] = [
        (enrollments.COLLECTION, {**own, "state": EnrollmentState.APPROVED.value}, ("member_id", "role", "capacity")),
        (copies.COLLECTION, {"_id": {"$in": list(members)}, "tenant": tenant}, ()),
    ]
    if names:
        known_as = {"$in": sorted(names)}
        reads.append((attendances.COLLECTION, {"tenant": tenant, "member_id": known_as}, ()))
        met = {"tenant": tenant, "member_ids": known_as, "met": True}
        reads.append((encounters.COLLECTION, met, ("member_ids",)))
    return reads
