"""What a pair has to do: from a template, on its day, told once, and kept up with holds and changes."""

from functools import partial
from typing import Any

import pytest

from services.matching.commands.close_mentorship import end_mentorship
from services.matching.domain.program import Format, Settings
from shared.ids import new_id
from tests.integration.matching.asking import paired
from tests.integration.matching.association import TENANT, Association, at_once
from tests.integration.matching.pairing import Pair
from tests.integration.matching.test_erasing import erase

ITEMS = [
    {"kind": "task", "owner": "both", "offset_days": 3, "title": "Propose how to work together"},
    {"kind": "milestone", "owner": "mentee", "offset_days": 30, "title": "First goal written down"},
    {"kind": "survey", "owner": "mentor", "offset_days": 60, "title": "How is it going?", "details": "Two questions"},
    {"kind": "tip", "owner": "mentee", "offset_days": 0, "title": "Say what you are working toward"},
]
PLAN = [
    ("tip", "mentee", "2026-01-07"),
    ("task", "mentor", "2026-01-10"),
    ("task", "mentee", "2026-01-10"),
    ("milestone", "both", "2026-02-06"),
    ("survey", "mentor", "2026-03-08"),
]


def template(association: Association, *items: dict[str, Any]) -> Any:
    answer = association.coordinator("POST", "/v1/templates", {"name": "Half a year", "items": list(items or ITEMS)})
    assert answer.status_code == 201, answer.json
    return answer.json


def planned_pair(association: Association, template_id: str, *, agreed: bool = True, **more: Any) -> Pair:
    program = association.program(**more, settings=Settings(template_id=template_id, goal_required=False))
    mentor, mentee = association.mentor(program), association.mentee(program)
    made = Pair(association, program.id, mentor, mentee, paired(association, program, mentor, mentee))
    if agreed:
        made.agree()
    return made


def plan(made: Pair) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.call(made.mentee, "GET", "/plan").json["items"]
    return found


def item(made: Pair, kind: str, owner: str) -> dict[str, Any]:
    [found] = [each for each in plan(made) if (each["kind"], each["owner"]) == (kind, owner)]
    return found


def told(association: Association) -> list[tuple[str, list[str], str]]:
    found = [each for each in association.messages("task.created.v1") if each["kind"] == "plan_item"]
    return sorted((each["reason"], each["assignee_ids"], each["due_on"]) for each in found)


def update(association: Association, template_id: str, items: list[dict[str, Any]]) -> Any:
    path = f"/v1/templates/{template_id}"
    changed = association.coordinator("PATCH", path, {"items": items})
    assert changed.status_code == 200, changed.json
    asked = association.coordinator("POST", f"{path}/update-plans")
    assert (asked.status_code, asked.json["updating"]) == (202, True)
    association.do_due_work()
    return association.coordinator("GET", path).json


def test_a_pair_has_the_plan_of_its_program_from_the_day_it_is_paired(association: Association) -> None:
    made = planned_pair(association, template(association)["id"], agreed=False)
    assert [(each["kind"], each["owner"], each["due_on"]) for each in plan(made)] == PLAN
    assert {each["state"] for each in plan(made)} == {"open"}
    assert item(made, "survey", "mentor")["details"] == "Two questions"


def test_what_falls_on_one_day_comes_in_the_order_of_the_template(association: Association) -> None:
    titles = [f"Step {number}" for number in range(20)]
    items = [{"kind": "task", "owner": "both", "offset_days": 3, "title": each} for each in titles]
    made = planned_pair(association, template(association, *items)["id"], agreed=False)
    expected = [(title, owner) for title in titles for owner in ("mentor", "mentee")]
    assert [(each["title"], each["owner"]) for each in plan(made)] == expected


def test_what_is_due_is_told_to_its_owner_once(association: Association) -> None:
    made = planned_pair(association, template(association)["id"], agreed=False)
    association.do_due_work()
    assert told(association) == [("tip", [made.mentee], "2026-01-07")]
    association.clock.pass_by(days=3)
    association.do_due_work()
    association.do_due_work()
    assert told(association) == sorted(
        [
            ("tip", [made.mentee], "2026-01-07"),
            ("task", [made.mentor], "2026-01-10"),
            ("task", [made.mentee], "2026-01-10"),
        ]
    )
    assert item(made, "task", "mentor")["task_id"]


def test_many_workers_tell_of_an_item_once(association: Association) -> None:
    planned_pair(association, template(association)["id"])
    at_once([association.do_due_work] * 4)
    assert len(told(association)) == 1


def test_the_owner_does_or_skips_and_the_task_goes_with_it(association: Association) -> None:
    made = planned_pair(association, template(association)["id"])
    association.clock.pass_by(days=3)
    association.do_due_work()
    own = item(made, "task", "mentee")
    path, task = f"/plan/{own['id']}", f"/v1/tasks/{own['task_id']}"
    assert made.call(made.mentor, "PATCH", path, {"state": "done"}).status_code == 403
    done = made.call(made.mentee, "PATCH", path, {"state": "done"})
    assert (done.json["state"], done.json["settled_at"]) == ("done", "2026-01-10T12:00:00Z")
    assert association.call(made.mentee, "GET", task).json["state"] == "done"
    assert made.call(made.mentee, "PATCH", path, {"state": "skipped"}).status_code == 409
    association.call(made.mentee, "PATCH", task, {"state": "open"})
    assert item(made, "task", "mentee")["state"] == "open"
    association.call(made.mentee, "PATCH", task, {"state": "dismissed"})
    assert item(made, "task", "mentee")["state"] == "skipped"
    stale = {"If-Match": done.headers["ETag"]}
    assert made.call(made.mentee, "PATCH", path, {"state": "open"}, headers=stale).status_code == 412
    assert len(told(association)) == 3


def test_what_rests_or_is_over_is_settled_by_neither_door(association: Association) -> None:
    made = planned_pair(association, template(association)["id"])
    association.do_due_work()
    own = item(made, "tip", "mentee")
    made.call(made.mentor, "POST", "/hold")
    doors = (f"{made.path}/plan/{own['id']}", f"/v1/tasks/{own['task_id']}")
    refused = [association.call(made.mentee, "PATCH", path, {"state": "done"}) for path in doors]
    assert [(each.status_code, "on_hold" in each.json["detail"]) for each in refused] == [(409, True)] * 2
    assert association.call(made.mentee, "GET", f"/v1/tasks/{own['task_id']}").json["state"] == "open"
    made.call(made.mentor, "POST", "/end")
    reopened = association.call(made.mentee, "PATCH", f"/v1/tasks/{own['task_id']}", {"state": "open"})
    assert (reopened.status_code, "ended_early" in reopened.json["detail"]) == (409, True)
    assert item(made, "tip", "mentee")["state"] == "open"


def test_a_planned_milestone_becomes_one_of_the_pair_s_when_it_is_at_work(association: Association) -> None:
    made = planned_pair(association, template(association)["id"], agreed=False)
    path = f"/plan/{item(made, 'milestone', 'both')['id']}"
    assert made.call(made.mentee, "GET", "/milestones").json["items"] == []
    assert made.call(made.mentee, "PATCH", path, {"state": "done"}).status_code == 409
    made.agree()
    [milestone] = made.call(made.mentee, "GET", "/milestones").json["items"]
    assert (milestone["title"], milestone["due_on"]) == ("First goal written down", "2026-02-06")
    assert item(made, "milestone", "both")["milestone_id"] == milestone["id"]
    [said] = made.told("milestone.set.v1")
    assert (said["id"], said["due_on"]) == (milestone["id"], "2026-02-06")
    refused = made.call(made.mentor, "PATCH", path, {"state": "done"})
    assert (refused.status_code, milestone["id"] in refused.json["detail"]) == (409, True)
    made.call(made.mentor, "PATCH", f"/milestones/{milestone['id']}", {"due_on": "2026-02-20"})
    assert item(made, "milestone", "both")["due_on"] == "2026-02-20"
    made.call(made.mentor, "PATCH", f"/milestones/{milestone['id']}", {"state": "completed"})
    assert item(made, "milestone", "both")["state"] == "done"


def test_a_flash_pair_which_agrees_on_nothing_has_its_milestones_at_once(association: Association) -> None:
    made = planned_pair(association, template(association)["id"], agreed=False, format=Format.FLASH)
    [milestone] = made.call(made.mentee, "GET", "/milestones").json["items"]
    assert item(made, "milestone", "both")["milestone_id"] == milestone["id"]


def test_a_plan_rests_with_its_mentorship_and_goes_on_as_many_days_later(association: Association) -> None:
    made = planned_pair(association, template(association)["id"])
    association.do_due_work()
    made.call(made.mentor, "POST", "/hold")
    own = item(made, "task", "mentee")["id"]
    assert made.call(made.mentee, "PATCH", f"/plan/{own}", {"state": "done"}).status_code == 409
    association.clock.pass_by(days=10)
    association.do_due_work()
    assert len(told(association)) == 1
    made.call(made.mentor, "POST", "/resume")
    assert [each["due_on"] for each in plan(made)][1:] == ["2026-01-20", "2026-01-20", "2026-02-16", "2026-03-18"]
    [milestone] = made.call(made.mentee, "GET", "/milestones").json["items"]
    assert milestone["due_on"] == "2026-02-16"
    association.do_due_work()
    assert len(told(association)) == 1
    association.clock.pass_by(days=3)
    association.do_due_work()
    assert len(told(association)) == 3


def test_nobody_is_told_of_the_plan_of_a_mentorship_that_is_over(association: Association) -> None:
    made = planned_pair(association, template(association)["id"])
    association.do_due_work()
    open_task = item(made, "tip", "mentee")["task_id"]
    made.call(made.mentee, "POST", "/end")
    assert association.call(made.mentee, "GET", f"/v1/tasks/{open_task}").json["state"] == "dismissed"
    association.clock.pass_by(days=90)
    association.do_due_work()
    assert len(told(association)) == 1
    assert made.call(made.mentee, "PATCH", f"/plan/{plan(made)[0]['id']}", {"state": "done"}).status_code == 409


def test_a_changed_template_says_which_live_plans_are_behind_and_leaves_them(association: Association) -> None:
    written = template(association)
    made, over = planned_pair(association, written["id"]), planned_pair(association, written["id"])
    over.call(over.mentee, "POST", "/end")
    before = plan(made)
    path = f"/v1/templates/{written['id']}"
    renamed = association.coordinator("PATCH", path, {"name": "A year"}).json
    assert (renamed["revision"], renamed["live_plans"], renamed["plans_behind"]) == (1, 1, 0)
    changed = association.coordinator("PATCH", path, {"items": written["items"][:2]}).json
    assert (changed["revision"], changed["live_plans"], changed["plans_behind"]) == (2, 1, 1)
    [behind] = association.coordinator("GET", f"{path}/plans?standing=behind").json["items"]
    assert (behind["mentorship_id"], behind["revision"], behind["behind"]) == (made.mentorship, 1, True)
    association.do_due_work()
    assert [each["id"] for each in plan(made)] == [each["id"] for each in before]


def test_live_plans_are_brought_up_to_the_template_but_not_what_is_done(association: Association) -> None:
    written = template(association)
    pairs = [planned_pair(association, written["id"]) for _ in range(3)]
    made = pairs[0]
    task, milestone, _, _ = written["items"]
    made.call(made.mentee, "PATCH", f"/plan/{item(made, 'task', 'mentee')['id']}", {"state": "done"})
    association.do_due_work()
    told_by = item(made, "tip", "mentee")["task_id"]
    association.clock.pass_by(days=1)
    shown = update(
        association,
        written["id"],
        [
            {**task, "offset_days": 5, "title": "Write it down"},
            milestone,
            {"kind": "survey", "owner": "mentee", "offset_days": 100, "title": "New"},
            {"kind": "task", "owner": "mentee", "offset_days": 0, "title": "Long past"},
        ],
    )
    assert (shown["updating"], shown["plans_behind"], shown["live_plans"]) == (False, 0, 3)
    assert [(each["kind"], each["owner"], each["due_on"], each["title"], each["state"]) for each in plan(made)] == [
        ("task", "mentee", "2026-01-10", task["title"], "done"),
        ("task", "mentor", "2026-01-12", "Write it down", "open"),
        ("milestone", "both", "2026-02-06", milestone["title"], "open"),
        ("survey", "mentee", "2026-04-17", "New", "open"),
    ]
    assert association.call(made.mentee, "GET", f"/v1/tasks/{told_by}").json["state"] == "dismissed"
    assert [len(plan(each)) for each in pairs] == [4, 4, 4]


def test_an_update_and_an_end_at_once_leave_a_plan_that_is_whole(association: Association) -> None:
    written = template(association)
    made = planned_pair(association, written["id"])
    path = f"/v1/templates/{written['id']}"
    association.coordinator("PATCH", path, {"items": written["items"][:1]})
    association.coordinator("POST", f"{path}/update-plans")
    at_once([association.do_due_work, association.do_due_work, partial(made.call, made.mentor, "POST", "/end")])
    assert made.call(made.mentor, "GET").json["state"] == "ended_early"
    association.do_due_work()
    assert association.coordinator("GET", path).json["updating"] is False
    assert len({(each["kind"], each["owner"]) for each in plan(made)}) == len(plan(made))


def test_a_program_names_a_template_that_is_there(association: Association) -> None:
    body = {"name": "Spring", "kind": "cohort", "format": "one_to_one"}
    for named in (new_id(), template(association)["id"]):
        answer = association.coordinator("POST", "/v1/programs", {**body, "settings": {"template_id": named}})
        if answer.status_code == 201:
            assert answer.json["settings"]["template_id"] == named
            path = f"/v1/programs/{answer.json['id']}"
            for other, status in ((new_id(), 422), (None, 200)):
                changed = association.coordinator("PATCH", path, {"settings": {"template_id": other}})
                assert changed.status_code == status
        else:
            assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/settings/template_id")
    assert len(association.coordinator("GET", "/v1/programs").json["items"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"offset_days": -1}, "/items/0/offset_days"),
        ({"kind": "party"}, "/items/0/kind"),
        ({"title": " "}, "/items/0/title"),
        ({"owner": "coordinator"}, "/items/0/owner"),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(association: Association, change: dict[str, Any], pointer: str) -> None:
    refused = association.coordinator("POST", "/v1/templates", {"name": "Odd", "items": [{**ITEMS[0], **change}]})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, pointer)
    twice = [{**ITEMS[0], "id": "019ab000-7c1e-7b5e-9c55-0000000000a1"}] * 2
    refused = association.coordinator("POST", "/v1/templates", {"name": "Odd", "items": twice})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/items/1/id")


def test_a_plan_is_the_pair_s_and_a_template_the_coordinators(association: Association) -> None:
    written = template(association)
    made, other = planned_pair(association, written["id"]), planned_pair(association, written["id"])
    path = f"/plan/{plan(made)[0]['id']}"
    for below in ("/plan", path):
        assert made.call(other.mentor, "GET", below).status_code == 404
        assert association.coordinator("GET", made.path + below).status_code == 403
    assert other.call(other.mentor, "GET", path).status_code == 404
    assert made.call(other.mentee, "PATCH", path, {"state": "done"}).status_code == 404
    for method, below, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "Mine"}),
        ("GET", "/plans", None),
        ("POST", "/update-plans", None),
    ):
        address = f"/v1/templates/{written['id']}{below}"
        assert association.call(made.mentee, method, address, body).status_code == 403
        assert association.coordinator(method, address, body, tenant="globex").status_code == 404
    assert association.coordinator("GET", "/v1/templates", tenant="globex").json["items"] == []
    assert [each["id"] for each in association.coordinator("GET", "/v1/templates").json["items"]] == [written["id"]]


def test_the_plan_of_a_pair_outlives_the_erasure_of_one(association: Association) -> None:
    made = planned_pair(association, template(association)["id"])
    association.do_due_work()
    erase(association, made.mentee)
    [milestone] = made.call(made.mentor, "GET", "/milestones").json["items"]
    assert milestone["title"] == "First goal written down", "the template's words are nobody's of the pair"
    assert len(made.call(made.mentor, "GET", "/plan").json["items"]) == len(PLAN)


def test_an_end_by_the_system_tells_nobody_of_what_was_planned(association: Association) -> None:
    made = planned_pair(association, template(association)["id"])
    mentorship = association.store.mentorships.get(TENANT, made.mentorship)
    association.in_transaction(lambda current: end_mentorship(current, association.store, mentorship, "erased", None))
    association.clock.pass_by(days=30)
    association.do_due_work()
    assert told(association) == []


def test_the_partner_keeps_what_both_were_told_to_do(association: Association) -> None:
    planned = template(
        association, {"kind": "milestone", "owner": "mentee", "offset_days": 3, "title": "First goal written down"}
    )
    made = planned_pair(association, planned["id"])
    association.clock.pass_by(days=3)
    association.do_due_work()
    erase(association, made.mentee)
    [kept] = association.call(made.mentor, "GET", "/v1/tasks?kind=plan_item").json["items"]
    assert (kept["state"], kept["assignee_ids"]) == ("dismissed", [made.mentor])
    assert association.foundation.database["tasks"].count_documents({"assignee_ids": made.mentee}) == 0
