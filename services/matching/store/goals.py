"""Goals of pairs, and how far both say that the mentee, or each peer, is."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.matching.domain.enrollment import Role
from services.matching.domain.goal import Goal, GoalState
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.rating import Moment, Outcome, RatedAlready, Rating, outcome_of
from shared.storage import Document, Index, Repository

COLLECTION = "goals"
RATINGS = "ratings"

_ONCE: Mapping[str, Any] = {"moment": {"$in": [Moment.BEFORE.value, Moment.END.value]}}

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("state", 1))),
    Index(
        RATINGS,
        (("tenant", 1), ("mentorship_id", 1), ("about", 1), ("by", 1), ("moment", 1)),
        unique=True,
        partial=_ONCE,
        name="rated_once",
    ),
    Index(RATINGS, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
    Index(RATINGS, (("tenant", 1), ("program_id", 1), ("by", 1))),
)


class Goals(Repository[Goal]):
    """What pairs work toward."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Goal, "goal")

    def of(self, tenant: str, mentorship_ids: Collection[str], session: ClientSession | None = None) -> Sequence[Goal]:
        """All of these mentorships, in the order they were set."""
        return self.page(tenant, {"mentorship_id": {"$in": sorted(mentorship_ids)}}, limit=0, session=session)

    def open_of(self, session: ClientSession, mentorship: Mentorship) -> Sequence[Goal]:
        """Those that the pair works toward now."""
        where = {"mentorship_id": mentorship.id, "state": GoalState.OPEN.value}
        return self.page(mentorship.tenant, where, limit=0, session=session)

    def by_state(self, tenant: str, program_id: str) -> Mapping[GoalState, int]:
        """How many goals the pairs of a program have had in each state."""
        of_program: Document = {"tenant": tenant, "program_id": program_id}
        found = self.collection.aggregate([{"$match": of_program}, {"$group": {"_id": "$state", "goals": {"$sum": 1}}}])
        counted = {GoalState(each["_id"]): each["goals"] for each in found}
        return {state: counted.get(state, 0) for state in GoalState}

    def pairs_of(self, tenant: str, program_id: str) -> int:
        """How many pairs of a program have had any."""
        of_program: Document = {"tenant": tenant, "program_id": program_id}
        stages: Sequence[Document] = [
            {"$match": of_program},
            {"$group": {"_id": "$mentorship_id"}},
            {"$count": "pairs"},
        ]
        return sum(row["pairs"] for row in self.collection.aggregate(stages, allowDiskUse=True))


class Ratings(Repository[Rating]):
    """Numbers from 1 to 5; before and at the end one of each about one thing and by one of the two."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[RATINGS], Rating, "rating")

    def add(self, session: ClientSession, rating: Rating) -> None:
        """Writes a new one. Raises RatedAlready."""
        try:
            self.insert(session, rating)
        except DuplicateKeyError:
            raise RatedAlready(rating.moment) from None

    def of(
        self, tenant: str, mentorship_ids: Collection[str], session: ClientSession | None = None
    ) -> Sequence[Rating]:
        """All of these mentorships, in the order they were given."""
        return self.page(tenant, {"mentorship_id": {"$in": sorted(mentorship_ids)}}, limit=0, session=session)

    def said_by(
        self, tenant: str, goals: Sequence[Goal], side: Role, session: ClientSession | None = None
    ) -> Mapping[tuple[str, Moment], int]:
        """What this one of the two said of these goals before and at the end, by goal and moment."""
        where = {
            "mentorship_id": {"$in": sorted({each.mentorship_id for each in goals})},
            "about": {"$in": [each.id for each in goals]},
            "by": side.value,
            **_ONCE,
        }
        found = self.page(tenant, where, limit=0, session=session)
        return {(each.about, each.moment): each.level for each in found}

    def outcome(self, tenant: str, program_id: str, *, peers: bool = False) -> Outcome:
        """What mentees of a program said of themselves before and at the end, of whatever they rated at both times.

        Of `peers` both of a pair say it, each of themselves.
        """
        of_program: Document = {"tenant": tenant, "program_id": program_id, **_ONCE}
        of_themselves = of_program if peers else {**of_program, "by": Role.MENTEE.value}
        both: Sequence[Document] = [
            {"$match": of_themselves},
            {
                "$group": {
                    "_id": {"mentorship": "$mentorship_id", "about": "$about", "by": "$by"},
                    "before": {"$max": _level_at(Moment.BEFORE)},
                    "after": {"$max": _level_at(Moment.END)},
                }
            },
            {"$match": {"before": {"$ne": None}, "after": {"$ne": None}}},
            {
                "$group": {
                    "_id": None,
                    "mentorships": {"$addToSet": "$_id.mentorship"},
                    "before": {"$avg": "$before"},
                    "after": {"$avg": "$after"},
                }
            },
            {"$project": {"mentorships": {"$size": "$mentorships"}, "before": 1, "after": 1}},
        ]
        found = next(iter(self.collection.aggregate(both)), None)
        return outcome_of(0, 0.0, 0.0) if found is None else outcome_of(**_without_id(found))

    def forget(self, session: ClientSession, tenant: str, mentorship_ids: Collection[str], by: Role) -> int:
        """Removes what this one of the two said in these mentorships; how much it was."""
        where = {"tenant": tenant, "mentorship_id": {"$in": sorted(mentorship_ids)}, "by": by.value}
        return int(self.collection.delete_many(where, session=session).deleted_count)


def _level_at(moment: Moment) -> Document:
    return {"$cond": [{"$eq": ["$moment", moment.value]}, "$level", None]}


def _without_id(found: Document) -> Document:
    return {name: value for name, value in found.items() if name != "_id"}
