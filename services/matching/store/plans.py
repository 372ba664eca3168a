"""Templates, and the plans of pairs that come of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.matching.domain.mentorship import Mentorship
from services.matching.domain.plan_item import PlanItem, PlanItemState
from services.matching.domain.template import Template
from shared.storage import Document, Index, Repository

COLLECTION = "plan_items"
TEMPLATES = "templates"

DUE: Mapping[str, Any] = {"state": PlanItemState.OPEN.value}
"""Those that somebody may have to be told of."""

INDEXES = (
    Index(
        COLLECTION,
        (("tenant", 1), ("mentorship_id", 1), ("item_id", 1), ("kind", 1), ("owner", 1)),
        unique=True,
        name="one_of_each_item",
    ),
    Index(COLLECTION, (("due_at", 1),), partial=DUE, name="to_tell"),
    Index(COLLECTION, (("task_id", 1),), partial={"task_id": {"$gt": ""}}, name="told_by"),
    Index(TEMPLATES, (("tenant", 1), ("_id", 1))),
    Index(TEMPLATES, (("due_at", 1),), name="to_spread"),
)


class Templates(Repository[Template]):
    """What programs plan by."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[TEMPLATES], Template, "template")


class PlanItems(Repository[PlanItem]):
    """Of each item of a template one for each of its owners in each pair."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], PlanItem, "plan item")

    def insert_all(self, session: ClientSession, items: Sequence[PlanItem]) -> None:
        """Writes a new plan, or what is new in one."""
        if items:
            self.collection.insert_many([self._to_document(each) for each in items], session=session)

    def of(self, mentorship: Mentorship, session: ClientSession | None = None) -> Sequence[PlanItem]:
        """The whole plan, in order of days."""
        found = self.page(mentorship.tenant, {"mentorship_id": mentorship.id}, limit=0, session=session)
        return sorted(found, key=lambda each: (each.due_on, each.id))

    def of_task(self, session: ClientSession, tenant: str, task_id: str) -> PlanItem | None:
        """The item whose owner was told of it by this task."""
        return self.find_where(tenant, {"task_id": task_id}, session)

    def remove(self, session: ClientSession, item: PlanItem) -> None:
        """Takes it out of the plan."""
        self.collection.delete_one({"_id": item.id, "tenant": item.tenant}, session=session)
