"""What is kept of the two of a pair by the side they are on, for when a merge has them change sides."""

from collections.abc import Callable

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from services.matching.domain.enrollment import Role
from services.matching.store import goals, plans
from shared.storage import Document

_OTHER = {Role.MENTOR.value: Role.MENTEE.value, Role.MENTEE.value: Role.MENTOR.value}


class Sides:
    """Goals, ratings and plans say `mentor` or `mentee`, not who that is."""

    def __init__(self, database: Database[Document]) -> None:
        self._goals = database[goals.COLLECTION]
        self._ratings = database[goals.RATINGS]
        self._plan_items = database[plans.COLLECTION]

    def swap(self, session: ClientSession, tenant: str, mentorship_id: str) -> None:
        """What was the mentor's is the mentee's in this mentorship, and the other way round."""
        where = {"tenant": tenant, "mentorship_id": mentorship_id}
        _rewrite(self._goals, session, where, _goal)
        _rewrite(self._ratings, session, where, lambda rating: {"by": _other(rating["by"])})
        _rewrite(self._plan_items, session, where, lambda item: {"owner": _other(item["owner"])})


def _goal(goal: Document) -> Document:
    entries = [{**entry, "by": _other(entry["by"])} for entry in goal["progress"]]
    return {"words_by": _other(goal["words_by"]), "progress": entries}


def _other(side: str) -> str:
    """Of what both own, both."""
    return _OTHER.get(side, side)


def _rewrite(
    collection: Collection[Document],
    session: ClientSession,
    where: Document,
    change: Callable[[Document], Document],
) -> None:
    """Takes all away and writes them anew: changed one by one, two of them would be the same for a moment."""
    found = list(collection.find(where, session=session))
    if not found:
        return
    collection.delete_many({"_id": {"$in": [each["_id"] for each in found]}}, session=session)
    anew = [{**each, **change(each), "version": each["version"] + 1} for each in found]
    collection.insert_many(anew, session=session)
