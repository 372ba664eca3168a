"""How far the people of a program came, and whose seats are taken: counted by the database, a few rows come of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pymongo.database import Database

from services.matching.domain.enrollment import EnrollmentState, Role
from services.matching.domain.mentorship import MentorshipState
from services.matching.domain.program_report import FIRST_SESSION_WITHIN, MANY_SEATS, Load, Seats, Stage, Step
from services.matching.domain.session import SessionState
from services.matching.store import enrollments, loads, mentorships, requests, sessions
from services.matching.store.peers import EACH_OF_TWO
from shared.storage import Document

_COUNTED = [EnrollmentState.APPROVED.value, EnrollmentState.PAUSED.value]


class Funnel:
    """Reads what the other areas keep of one program."""

    def __init__(self, database: Database[Document]) -> None:
        self._database = database

    def steps(self, tenant: str, program_id: str, *, peers: bool = False) -> tuple[Step, ...]:
        """People by stage; each counts once in a role, however many partners they have or had.

        Of `peers` everybody counts once, as a mentor, which is how they take part.
        """
        program = {"tenant": tenant, "program_id": program_id}
        paired = self._paired(program, peers=peers)
        enrolled = self._enrolled(program)
        left = self._left_after_pairing(program, peers=peers)
        found: dict[Stage, Mapping[str, int]] = {
            **enrolled,
            Stage.APPROVED: {role.value: enrolled[Stage.APPROVED].get(role, 0) + left[role] for role in Role},
            Stage.REQUESTED: self._peers_requested(program) if peers else self._requested(program),
            **paired,
            Stage.FIRST_SESSION: self._met_in_time(program, peers=peers),
        }
        return tuple(
            Step(stage, mentees=found[stage].get(Role.MENTEE, 0), mentors=found[stage].get(Role.MENTOR, 0))
            for stage in Stage
        )

    def load(self, tenant: str, program_id: str) -> Load:
        """Seats of the program's mentors, as their loads say."""
        used = {"$add": ["$active", "$reserved"]}
        free = {"$max": [0, {"$subtract": ["$capacity", used]}]}
        pipeline: list[Document] = [
            {"$match": {"tenant": tenant, "program_id": program_id}},
            {"$project": {"paused": 1, "capacity": 1, "used": used, "free": free}},
            {
                "$group": {
                    "_id": {
                        "paused": "$paused",
                        "used": {"$min": ["$used", MANY_SEATS]},
                        "free": {"$min": ["$free", MANY_SEATS]},
                    },
                    "mentors": {"$sum": 1},
                    **{name: {"$sum": f"${name}"} for name in ("capacity", "used", "free")},
                }
            },
        ]
        rows = list(self._database[loads.COLLECTION].aggregate(pipeline))
        taking = [row for row in rows if not row["_id"]["paused"]]

        def mentors(kind: str, seats: int) -> int:
            return sum(row["mentors"] for row in taking if row["_id"][kind] == seats)

        return Load(
            mentors=sum(row["mentors"] for row in taking),
            paused=sum(row["mentors"] for row in rows if row["_id"]["paused"]),
            seats=sum(row["capacity"] for row in taking),
            used=sum(row["used"] for row in taking),
            free=sum(row["free"] for row in taking),
            full=mentors("free", 0),
            by_seats=tuple(
                Seats(seats, used=mentors("used", seats), free=mentors("free", seats))
                for seats in range(MANY_SEATS + 1)
            ),
        )

    def _enrolled(self, program: Mapping[str, Any]) -> dict[Stage, Mapping[str, int]]:
        """Not those that gave way to another enrollment of the same person."""
        approved = {"$cond": [{"$in": ["$state", _COUNTED]}, 1, 0]}
        rows = self._database[enrollments.COLLECTION].aggregate(
            [
                {"$match": {**program, "set_aside": None}},
                {"$group": {"_id": "$role", "enrolled": {"$sum": 1}, "approved": {"$sum": approved}}},
            ]
        )
        found = list(rows)
        return {
            Stage.ENROLLED: {row["_id"]: row["enrolled"] for row in found},
            Stage.APPROVED: {row["_id"]: row["approved"] for row in found},
        }

    def _left_after_pairing(self, program: Mapping[str, Any], *, peers: bool) -> Mapping[Role, int]:
        """Who was approved once, since they were paired, and is not any more."""
        collection = self._database[enrollments.COLLECTION]

        def people(role: Role) -> int:
            sides = tuple(Role) if peers else (role,)
            paired: list[Document] = [
                {
                    "$lookup": {
                        "from": mentorships.COLLECTION,
                        "localField": "member_id",
                        "foreignField": f"{side.value}_id",
                        "pipeline": [{"$match": dict(program)}, {"$limit": 1}, {"$project": {"_id": 1}}],
                        "as": f"as_{side.value}",
                    }
                }
                for side in sides
            ]
            stages: list[Document] = [
                {"$match": {**program, "set_aside": None, "role": role.value, "state": {"$nin": _COUNTED}}},
                *paired,
                {"$match": {"$or": [{f"as_{side.value}": {"$ne": []}} for side in sides]}},
                {"$count": "people"},
            ]
            return sum(row["people"] for row in collection.aggregate(stages))

        return {role: people(role) for role in Role}

    def _requested(self, program: Mapping[str, Any]) -> Mapping[str, int]:
        """Mentees who asked, and mentors who were told of it."""
        sides: dict[Role, Mapping[str, Any]] = {Role.MENTEE: {}, Role.MENTOR: {"expires_at": {"$ne": None}}}
        collection = self._database[requests.COLLECTION]
        return {
            role: sum(
                row["people"]
                for row in collection.aggregate(
                    [
                        {"$match": {**program, **where}},
                        {"$group": {"_id": f"${role.value}_id"}},
                        {"$count": "people"},
                    ],
                    allowDiskUse=True,
                )
            )
            for role, where in sides.items()
        }

    def _peers_requested(self, program: Mapping[str, Any]) -> Mapping[str, int]:
        """Who asked, or was told of somebody who did."""
        told = {"$cond": [{"$ne": ["$expires_at", None]}, ["$mentor_id"], []]}
        stages: list[Document] = [
            {"$match": dict(program)},
            {"$set": {"peer_id": {"$concatArrays": [["$mentee_id"], told]}}},
            {"$unwind": "$peer_id"},
            {"$group": {"_id": "$peer_id"}},
            {"$count": "people"},
        ]
        rows = self._database[requests.COLLECTION].aggregate(stages, allowDiskUse=True)
        return {Role.MENTOR: sum(row["people"] for row in rows)}

    def _paired(self, program: Mapping[str, Any], *, peers: bool) -> dict[Stage, Mapping[str, int]]:
        completed = {"$eq": ["$state", MentorshipState.COMPLETED.value]}
        met = {"$or": [completed, {"$ne": ["$last_contact_at", None]}]}
        found = self._people(program, [], {"completed": completed, "met": met}, peers=peers)
        return {
            Stage.MATCHED: {role: row["people"] for role, row in found.items()},
            Stage.MET: {role: row["met"] for role, row in found.items()},
            Stage.COMPLETED: {role: row["completed"] for role, row in found.items()},
        }

    def _met_in_time(self, program: Mapping[str, Any], *, peers: bool) -> Mapping[str, int]:
        """Those of whom one pair held its first session in time. Only pairs that ever met are looked into."""
        within = FIRST_SESSION_WITHIN / timedelta(milliseconds=1)
        first_session: list[Document] = [
            {
                "$lookup": {
                    "from": sessions.COLLECTION,
                    "localField": "_id",
                    "foreignField": "mentorship_id",
                    "pipeline": [
                        {"$match": {"tenant": program["tenant"], "state": SessionState.HELD.value}},
                        {"$group": {"_id": None, "at": {"$min": "$starts_at"}}},
                    ],
                    "as": "first",
                }
            },
            {
                "$match": {
                    "first": {"$ne": []},
                    "$expr": {"$lte": [{"$first": "$first.at"}, {"$add": ["$started_at", within]}]},
                }
            },
        ]
        found = self._people({**program, "last_contact_at": {"$ne": None}}, first_session, {}, peers=peers)
        return {role: row["people"] for role, row in found.items()}

    def _people(
        self, where: Mapping[str, Any], stages: list[Document], flags: Mapping[str, Document], *, peers: bool
    ) -> Mapping[Role, Mapping[str, int]]:
        """By role, how many people the mentorships are of, and for how many of these each flag holds of one of them."""
        pipeline: list[Document] = [
            {"$match": dict(where)},
            *stages,
            {"$facet": _by_peer(flags) if peers else _by_role(flags)},
        ]
        [found] = self._database[mentorships.COLLECTION].aggregate(pipeline, allowDiskUse=True)
        none = {"people": 0, **dict.fromkeys(flags, 0)}
        return {role: next(iter(found.get(role.value, ())), none) for role in Role}


def _by_role(flags: Mapping[str, Document]) -> dict[str, list[Document]]:
    return {role.value: _by_person(f"${role.value}_id", flags) for role in Role}


def _by_peer(flags: Mapping[str, Document]) -> dict[str, list[Document]]:
    return {Role.MENTOR.value: [*EACH_OF_TWO, *_by_person("$peer_id", flags)]}


def _by_person(person: str, flags: Mapping[str, Document]) -> list[Document]:
    return [
        {"$group": {"_id": person, **{name: {"$max": flag} for name, flag in flags.items()}}},
        {
            "$group": {
                "_id": None,
                "people": {"$sum": 1},
                **{name: {"$sum": {"$cond": [f"${name}", 1, 0]}} for name in flags},
            }
        },
    ]
