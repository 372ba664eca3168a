"""What coordinators and members are to do."""

from typing import Any

from services.matching.commands.create_task import create_task
from services.matching.domain.task import Task
from shared.ids import new_id
from tests.integration.matching.association import Association
from tests.integration.matching.pairing import Pair, pair
from tests.integration.matching.telling import merged, tell, unmerged


def task(made: Pair, *assignees: str, kind: str = "rematch") -> Task:
    association = made.association
    mentorship = association.store.mentorships.get("acme", made.mentorship)
    return association.in_transaction(
        lambda current: create_task(
            current,
            association.store,
            kind,
            program_id=made.program_id,
            mentorship=mentorship,
            assignee_ids=assignees,
            reason="asked",
        )
    )


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["items"]]


def test_a_task_of_staff_is_every_coordinators_and_no_member_s(association: Association) -> None:
    made = pair(association)
    mine = task(made)
    for roles in (("coordinator",), ("coordinator", "member")):
        assert ids(association.call(new_id(), "GET", "/v1/tasks", roles=roles)) == [mine.id]
    for who in (made.mentor, made.mentee):
        assert ids(association.call(who, "GET", "/v1/tasks")) == []
        assert association.call(who, "GET", f"/v1/tasks/{mine.id}").status_code == 404
        assert association.call(who, "PATCH", f"/v1/tasks/{mine.id}", {"state": "done"}).status_code == 404
    assert association.coordinator("GET", f"/v1/tasks/{mine.id}", tenant="other").status_code == 404


def test_a_member_s_task_is_theirs_alone(association: Association) -> None:
    made = pair(association)
    mine = task(made, made.mentee, kind="plan_item")
    assert ids(association.call(made.mentee, "GET", "/v1/tasks")) == [mine.id]
    assert ids(association.call(made.mentor, "GET", "/v1/tasks")) == []
    assert ids(association.coordinator("GET", "/v1/tasks")) == []
    assert association.coordinator("GET", f"/v1/tasks/{mine.id}").status_code == 404


def test_a_task_is_announced_to_the_coordinators_of_its_program(association: Association) -> None:
    planner, other = new_id(), new_id()
    body = {"name": "Spring", "kind": "cohort", "format": "one_to_one"}
    created = association.call(planner, "POST", "/v1/programs", body, roles=("coordinator",))
    assert created.json["coordinator_ids"] == [planner]
    path = f"/v1/programs/{created.json['id']}"
    changed = association.coordinator("PATCH", path, {"coordinator_ids": [planner, other, other]})
    assert changed.json["coordinator_ids"] == [planner, other]

    def work(current: Any) -> Task:
        return create_task(current, association.store, "unanswered_list", program_id=created.json["id"])

    mine = association.in_transaction(work)
    [told] = association.messages("task.created.v1")
    assert (told["key"], told["id"], told["assignee_ids"]) == (mine.id, mine.id, [planner, other])


def test_a_task_is_settled_once_and_opened_again(association: Association) -> None:
    mine = task(pair(association))
    path = f"/v1/tasks/{mine.id}"
    who = new_id()
    done = association.call(who, "PATCH", path, {"state": "done"}, roles=("coordinator",))
    assert (done.json["state"], done.json["settled_by"]) == ("done", who)
    assert association.coordinator("PATCH", path, {"state": "dismissed"}).status_code == 409
    assert association.coordinator("PATCH", path, {"state": "done"}).json["settled_by"] == who
    assert ids(association.coordinator("GET", "/v1/tasks?state=open")) == []
    again = association.coordinator("PATCH", path, {"state": "open"})
    assert (again.json["state"], again.json["settled_by"], again.json["settled_at"]) == ("open", None, None)
    stale = association.coordinator("PATCH", path, {"state": "done"}, headers={"If-Match": done.headers["ETag"]})
    assert stale.status_code == 412


def test_tasks_are_filtered(association: Association) -> None:
    made, other = pair(association), pair(association)
    mine, theirs = task(made), task(other, kind="quiet_mentorship")
    assert ids(association.coordinator("GET", f"/v1/tasks?program_id={made.program_id}")) == [mine.id]
    assert ids(association.coordinator("GET", "/v1/tasks?kind=quiet_mentorship")) == [theirs.id]
    assert ids(association.coordinator("GET", f"/v1/tasks?mentorship_id={other.mentorship}")) == [theirs.id]


def test_the_tasks_of_a_merged_member_are_the_survivor_s_until_it_is_undone(association: Association) -> None:
    made = pair(association)
    mine = task(made, made.mentee, kind="plan_item")
    survivor = association.member()
    tell(association, merged(association, made.mentee, survivor))
    assert ids(association.call(survivor, "GET", "/v1/tasks")) == [mine.id]
    tell(association, unmerged(association, made.mentee))
    assert ids(association.call(survivor, "GET", "/v1/tasks")) == []
    assert ids(association.call(made.mentee, "GET", "/v1/tasks")) == [mine.id]
