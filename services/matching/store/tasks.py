"""Tasks: what somebody is to do."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.mentorship import Mentorship
from services.matching.domain.task import Task, TaskState
from shared.storage import Document, Index, Repository

COLLECTION = "tasks"

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("staff", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("assignee_ids", 1), ("_id", 1))),
    Index(COLLECTION, (("tenant", 1), ("mentorship_id", 1), ("_id", 1))),
)


class Tasks(Repository[Task]):
    """A task keeps the ids it was made with: who a member is by now is asked when it is read."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], Task, "task")

    def of_assignee(
        self, tenant: str, member_ids: Collection[str], session: ClientSession | None = None
    ) -> Sequence[Task]:
        """All that these members are to do by name, those of staff left aside."""
        return self.page(tenant, assigned_to(member_ids), limit=0, session=session)

    def open_of(
        self, session: ClientSession, tenant: str, program_id: str, member_id: str, kind: str
    ) -> Sequence[Task]:
        """What this member still has to do of this kind in the program."""
        where = {**assigned_to([member_id]), "program_id": program_id, "kind": kind, "state": TaskState.OPEN.value}
        return self.page(tenant, where, limit=0, session=session)

    def open_of_pair(self, session: ClientSession, mentorship: Mentorship, kind: str | None = None) -> Sequence[Task]:
        """What the two of a mentorship still have to do in it, of this kind or of any."""
        where: dict[str, Any] = {"mentorship_id": mentorship.id, "staff": False, "state": TaskState.OPEN.value}
        if kind is not None:
            where["kind"] = kind
        return self.page(mentorship.tenant, where, limit=0, session=session)

    def forget(self, session: ClientSession, tenant: str, member_ids: Collection[str]) -> int:
        """Removes what only these were to do, and their names from what others are to do, too; how many it changed."""
        where = {"tenant": tenant, "assignee_ids": {"$in": sorted(member_ids)}}
        alone = {**where, "staff": False, "$nor": [{"assignee_ids": {"$elemMatch": {"$nin": sorted(member_ids)}}}]}
        removed = self.collection.delete_many(alone, session=session).deleted_count
        taken = self.collection.update_many(
            where, {"$pull": {"assignee_ids": {"$in": sorted(member_ids)}}, "$inc": {"version": 1}}, session=session
        )
        return int(removed + taken.modified_count)


def assigned_to(member_ids: Collection[str]) -> Mapping[str, Any]:
    """The filter of what these members are to do by name."""
    return {"staff": False, "assignee_ids": {"$in": sorted(member_ids)}}
