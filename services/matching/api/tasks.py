"""Tasks: what coordinators, or members of a pair, are to do."""

from collections.abc import Mapping
from typing import Any

from services.matching.api.context import is_coordinator, store
from services.matching.commands.settle_task import settle_task
from services.matching.domain.task import Task, TaskState
from services.matching.store.tasks import assigned_to
from shared.contracts.fields import Choice, Code, Day, Flag, Id, Many, Record, Timestamp
from shared.errors import NotFound
from shared.web import Blueprint, Page, etag, member_id, principal, requested, require_match, roles, transaction

blueprint = Blueprint("tasks", __name__, url_prefix="/v1/tasks", description="What is to be done, and by whom.")

TASK_STATES = tuple(state.value for state in TaskState)


class TaskChangeSchema(Record):
    """What may be changed."""

    state = Choice("`done`, `dismissed`, or `open` again.", TASK_STATES, required=True)


class TaskSchema(Record):
    """A task, of ids and codes: what a pair wrote is in none."""

    id = Id("The task.", required=True)
    kind = Code(
        "What is to be done, as `quiet_mentorship`, `unanswered_list`, `rematch`, `plan_item`, `first_request`.",
        required=True,
    )
    program_id = Id("Its program.", required=True)
    staff = Flag("Whether it is for the coordinators.", required=True)
    assignee_ids = Many("Who is told of it, and for members: whose it is.", Id("", required=True), 100, required=True)
    mentorship_id = Id("The mentorship it is about.")
    mentor_id = Id("Its mentor.")
    mentee_id = Id("Its mentee, or the mentee it is about.")
    due_on = Day("By when.")
    reason = Code("Which rule made it.")
    state = Choice("Where it stands.", TASK_STATES, required=True)
    created_at = Timestamp("Since when.", required=True)
    settled_by = Id("Who did or dismissed it.")
    settled_at = Timestamp("When.")


class TaskFilterSchema(Record):
    """Which of them."""

    program_id = Id("Of this program.")
    mentorship_id = Id("About this mentorship.")
    kind = Code("Of this kind.")
    state = Choice("In this state.", TASK_STATES)


@blueprint.get("")
@roles("member", "coordinator")
@blueprint.arguments(TaskFilterSchema, location="query")
@blueprint.page(TaskSchema)
def index(which: dict[str, Any]) -> Page[Task]:
    """Lists tasks.

    To a coordinator those of staff, to everyone those of their own.
    """
    wanted = requested()
    asked = {name: value for name, value in which.items() if value is not None}
    found = store().tasks.page(
        principal().tenant, {"$and": [asked, _sight()]}, limit=wanted.fetch, after=wanted.after_id
    )
    return wanted.page(found, key=lambda task: task.id)


@blueprint.get("/<id:task_id>")
@roles("member", "coordinator")
@blueprint.response(200, TaskSchema)
def read(task_id: str) -> Task:
    """Shows a task."""
    found = store().tasks.find_where(principal().tenant, {"$and": [{"_id": task_id}, _sight()]})
    return _tagged(found, task_id)


@blueprint.patch("/<id:task_id>")
@roles("member", "coordinator")
@blueprint.arguments(TaskChangeSchema)
@blueprint.response(200, TaskSchema)
def change(body: dict[str, Any], task_id: str) -> Task:
    """Settles a task, or opens it again."""
    current = transaction()
    where = {"$and": [{"_id": task_id}, _sight()]}
    found = _tagged(store().tasks.find_where(current.tenant, where, current.session), task_id)
    require_match(found.version)
    return _tagged(settle_task(current, store(), found, TaskState(body["state"]), principal().member_id), task_id)


def _sight() -> Mapping[str, Any]:
    """The filter of what the caller may know of."""
    if is_coordinator() and principal().member_id is None:
        return {"staff": True}
    own = assigned_to(store().merges.known_as(principal().tenant, member_id()))
    return {"$or": [own, {"staff": True}]} if is_coordinator() else own


def _tagged(task: Task | None, task_id: str) -> Task:
    if task is None:
        raise NotFound("task", task_id)
    etag(task.version)
    return task
