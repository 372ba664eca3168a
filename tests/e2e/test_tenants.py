"""Another tenant's objects are not there: on every route of the four services, as their own documents list them.

The objects are those that the played story left behind. The stranger has every role and, in another tenant, even the
id of the member who owns them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import requests
from pymongo import MongoClient

from services.events.domain.meeting import Meeting
from services.events.domain.meeting_schedule import MeetingSchedule, Reached, ScheduleState, Summary
from services.events.domain.planned_meeting import PlannedMeeting
from services.events.domain.round_place import BYE
from services.events.domain.round_series import RoundSeries, SeriesState
from services.events.domain.topic import Topic, TopicFormat
from services.events.store.meetings import Meetings
from services.events.store.round_places import RoundPlaces
from services.events.store.round_seats import RoundSeats, Seating
from services.events.store.round_series import SeriesOfRounds
from services.events.store.schedules import PlannedMeetings, Schedules
from services.events.store.topics import Topics
from services.matching.domain.plan_item import plan_item
from services.matching.domain.task import Task
from services.matching.domain.template import ItemKind, Owner, Planned, TemplateItem
from services.matching.store.plans import PlanItems
from services.matching.store.tasks import Tasks
from shared.clock import SystemClock
from shared.ids import new_id
from shared.settings import SERVICES
from tests.e2e.conftest import Told
from tests.e2e.operations import Operation, operations
from tests.e2e.running import Running, eventually

_NOBODY_S = (
    "GET profiles /v1/skills",
    "GET notifications /v1/preferences",
    "GET notifications /v1/inbox/stream",
    *(f"GET {service} /v1/audit" for service in SERVICES),
)
"""The taxonomy belongs to no tenant; preferences, the stream of an inbox, which does not end, and the trail of what a
stranger tried are the stranger's own."""

_QUERIES = {"GET matching /v1/match-runs/{run_id}/compare": "?with={run_id}"}
"""What an address does not answer without."""

_ROLES = ("member", "coordinator", "organizer", "integrator")


@dataclass(frozen=True, slots=True)
class Owned:
    """One object of each kind, by the name of the path parameter that names it."""

    platform: Running
    ids: Mapping[str, str]
    feed_id: str
    """The import of profiles; events has some, too, under the same name."""
    owner: str
    """A token of the member they belong to, who is staff too."""
    stranger: str
    operations: tuple[Operation, ...]

    def call(self, operation: Operation, token: str) -> requests.Response:
        own = {"import_id": self.feed_id} if operation.service == "profiles" else {}
        path = f"{operation.path}{_QUERIES.get(str(operation), '')}".format_map({**self.ids, **own})
        content = None if operation.content_type is None else b"{}\n"
        return self.platform.call(
            operation.method,
            operation.service,
            path,
            token=token,
            body=operation.body,
            content=content,
            content_type=operation.content_type,
        )

    def state(self) -> dict[str, Any]:
        """All that can be read of them."""
        return {
            str(operation): _content(self.call(operation, self.owner))
            for operation in self.operations
            if operation.method == "GET" and operation.parameters
        }


def _content(answer: requests.Response) -> Any:
    return answer.json() if "json" in answer.headers["Content-Type"] else answer.text


@pytest.fixture(scope="module")
def owned(platform: Running, told: Told) -> Owned:
    """The mentee of the story, and one of everything that is theirs or that they take part in."""
    staff = platform.token(told.tenant, new_id(), *_ROLES)

    def items(service: str, path: str, token: str = staff) -> list[dict[str, Any]]:
        answer = platform.call("GET", service, path, token=token)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    (event,) = items("events", "/v1/events")
    (program,) = items("matching", "/v1/programs")
    (run,) = items("matching", f"/v1/programs/{program['id']}/match-runs")
    active = next(each for each in items("matching", "/v1/mentorships") if each["state"] == "active")
    mentee = active["mentee_id"]
    owner = platform.token(told.tenant, mentee, *_ROLES)
    in_mentorship = f"/v1/mentorships/{active['id']}"
    upload = platform.call(
        "POST",
        "events",
        f"/v1/events/{event['id']}/attendees",
        token=staff,
        content=b"{}\n",
        content_type="application/x-ndjson",
    )
    assert upload.status_code == 202, upload.text
    feed = platform.call(
        "POST",
        "profiles",
        "/v1/imports?dry_run=true",
        token=staff,
        content=b"{}\n",
        content_type="application/x-ndjson",
    )
    assert feed.status_code == 202, feed.text
    fed = f"/v1/imports/{feed.json()['id']}"
    eventually(lambda: platform.call("GET", "profiles", fed, token=staff).json()["state"] == "finished")
    export = f"/v1/members/{mentee}/export"
    assert platform.call("POST", "profiles", export, token=owner).status_code == 202
    eventually(lambda: platform.call("GET", "profiles", export, token=owner).json()["state"] == "ready")
    source = platform.call("POST", "events", "/v1/sources", token=staff, body={"kind": "generic"})
    assert source.status_code == 201, source.text
    group = platform.call("POST", "profiles", "/v1/groups", token=staff, body={"name": "Milan", "kind": "chapter"})
    assert group.status_code == 201, group.text
    gone = platform.call(
        "POST", "profiles", "/v1/members", token=staff, body={"given_name": "Eve", "family_name": "Okafor"}
    )
    erasure = platform.call("DELETE", "profiles", f"/v1/members/{gone.json()['id']}", token=staff)
    assert erasure.status_code == 202, erasure.text
    erased = f"/v1/erasures/{erasure.json()['id']}"
    eventually(lambda: platform.call("GET", "profiles", erased, token=staff).json()["state"] == "completed")
    corner = {"program_id": program["id"], "slot_ids": []}
    address = f"/v1/events/{event['id']}/corner"
    eventually(lambda: platform.call("PUT", "events", address, token=staff, body=corner).status_code == 200)
    filed = {"reported_id": mentee, "category": "other", "text": "Look at this."}
    partner = platform.token(told.tenant, active["mentor_id"], *_ROLES)
    report = platform.call("POST", "matching", "/v1/reports", token=partner, body=filed).json()["id"]
    own = {**filed, "reported_id": active["mentor_id"]}
    readable = platform.call("POST", "matching", "/v1/reports", token=owner, body=own).json()["id"]
    for decision in ({"state": "under_review"}, {"state": "actioned", "action": {"kind": "warning"}}):
        decided = platform.call("PATCH", "matching", f"/v1/reports/{report}", token=staff, body=decision)
        assert decided.status_code == 200, decided.text
    session = items("matching", f"{in_mentorship}/sessions", owner)[0]
    offered = platform.call(
        "POST",
        "matching",
        f"{in_mentorship}/introductions",
        token=platform.token(told.tenant, active["mentor_id"], "member"),
        body={"introduced_to_id": _third(items("matching", "/v1/mentorships"), active)},
    )
    assert offered.status_code == 201, offered.text
    shared = {
        name: platform.call(
            "POST", "matching", f"/v1/programs/{program['id']}/{kind}", token=owner, body={"title": "Worth a look"}
        ).json()["id"]
        for name, kind in (
            ("resource_id", "resources"),
            ("opportunity_id", "opportunities"),
            ("announcement_id", "announcements"),
        )
    }
    registrations = items("events", f"/v1/events/{event['id']}/registrations")
    enrollments = items("matching", f"/v1/programs/{program['id']}/enrollments")
    ids = {
        "identifier": mentee,
        "group_id": group.json()["id"],
        "erasure_id": erasure.json()["id"],
        "event_id": event["id"],
        "import_id": upload.json()["id"],
        "source_id": source.json()["id"],
        "registration_id": next(each["id"] for each in registrations if each["member_id"] == mentee),
        "program_id": program["id"],
        "enrollment_id": next(each["id"] for each in enrollments if each["member_id"] == mentee),
        "run_id": run["id"],
        "proposal_id": items("matching", f"/v1/match-runs/{run['id']}/proposals")[0]["id"],
        "request_id": items("matching", "/v1/requests")[0]["id"],
        "mentorship_id": active["id"],
        "template_id": _template(platform, staff),
        "item_id": _plan_item(platform, told.tenant, active["id"]),
        "report_id": readable,
        "measure_id": decided.json()["measure_id"],
        "task_id": _task(platform, told.tenant, program["id"], mentee),
        "goal_id": items("matching", f"{in_mentorship}/goals", owner)[0]["id"],
        "introduction_id": offered.json()["id"],
        "appreciation_id": items("matching", f"{in_mentorship}/appreciations", owner)[0]["id"],
        **shared,
        "session_id": session["id"],
        "action_id": session["action_items"][0]["id"],
        "milestone_id": items("matching", f"{in_mentorship}/milestones", owner)[0]["id"],
        "meeting_id": _meeting(platform, told.tenant, event["id"], mentee),
        "series_id": _rounds(platform, told.tenant, event["id"], mentee),
        "planned_id": _planned(platform, told.tenant, event["id"], mentee),
        "topic_id": _topic(platform, told.tenant, event["id"], mentee),
        "notification_id": items("notifications", "/v1/inbox", owner)[0]["id"],
        **_webhook(platform, staff),
    }
    found = [
        operation
        for service in SERVICES
        for operation in operations(service, platform.call("GET", service, "/openapi.json").json())
    ]
    return Owned(
        platform, ids, feed.json()["id"], owner, platform.token("another-tenant", mentee, *_ROLES), tuple(found)
    )


def _webhook(platform: Running, staff: str) -> dict[str, str]:
    """One that nobody listens to, disabled once it was tried, and what it was sent."""
    body = {"url": "https://hooks.invalid/", "types": ["org.ithaca.group.updated.v1"]}
    made = platform.call("POST", "notifications", "/v1/webhooks", token=staff, body=body)
    assert made.status_code == 201, made.text
    path = f"/v1/webhooks/{made.json()['id']}"
    sent = platform.call("POST", "notifications", f"{path}/test", token=staff)
    assert sent.status_code == 202, sent.text

    def tried() -> bool:
        log = platform.call("GET", "notifications", f"{path}/deliveries", token=staff).json()["items"]
        return bool(log[0]["attempts"])

    eventually(tried)
    disabled = platform.call("PATCH", "notifications", path, token=staff, body={"enabled": False})
    assert disabled.status_code == 200, disabled.text
    return {"webhook_id": made.json()["id"], "delivery_id": sent.json()["id"]}


def _third(mentorships: list[dict[str, Any]], pair: dict[str, Any]) -> str:
    """Somebody of another pair."""
    two = {pair["mentor_id"], pair["mentee_id"]}
    others = {each[side] for each in mentorships for side in ("mentor_id", "mentee_id")}
    return min(others - two)


def _task(platform: Running, tenant: str, program_id: str, assignee: str) -> str:
    """Written where it lies: what makes a task takes days."""
    settings, now = platform.settings(), SystemClock().now()
    task = Task(new_id(), tenant, 1, now, now, "plan_item", program_id, staff=False, assignee_ids=(assignee,))
    with MongoClient[dict[str, Any]](settings.mongodb_uri) as client, client.start_session() as session:
        Tasks(client[settings.database_name("matching")]).insert(session, task)
    return task.id


def _meeting(platform: Running, tenant: str, event_id: str, mentee: str) -> str:
    """Written where it lies: nobody of the story meets anybody."""
    settings, now = platform.settings(), SystemClock().now()
    meeting = Meeting(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=now,
        event_id=event_id,
        slot_id=new_id(),
        starts_at=now + timedelta(days=40),
        ends_at=now + timedelta(days=40, minutes=30),
        requester_id=mentee,
        invitee_id=new_id(),
        party_ids=(mentee,),
        asked_at=now,
    )
    with MongoClient[dict[str, Any]](settings.mongodb_uri) as client, client.start_session() as session:
        Meetings(client[settings.database_name("events")]).insert(session, meeting)
    return meeting.id


def _rounds(platform: Running, tenant: str, event_id: str, mentee: str) -> str:
    """Written where they lie, for long after the story."""
    settings, now = platform.settings(), SystemClock().now()
    series = RoundSeries(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=now,
        created_at=now,
        event_id=event_id,
        name="Speed rounds",
        starts_at=now + timedelta(days=400),
        rounds=1,
        state=SeriesState.PUBLISHED,
        plan_version=1,
    )
    with MongoClient[dict[str, Any]](settings.mongodb_uri) as client, client.start_session() as session:
        database = client[settings.database_name("events")]
        SeriesOfRounds(database).insert(session, series)
        RoundPlaces(database, RoundSeats(database)).put(session, replace(series, plan_version=0), {mentee: 1})
        RoundSeats(database).put(session, series, 1, Seating(np.array([(BYE,)], np.int32), {}))
    return series.id


def _planned(platform: Running, tenant: str, event_id: str, mentee: str) -> str:
    """Written where they lie, the schedule and a meeting of it: nobody of the story asks for one."""
    settings, now = platform.settings(), SystemClock().now()
    reached = Reached(0, 0, 0, 0)
    schedule = MeetingSchedule(
        new_id(),
        tenant,
        1,
        now,
        event_id,
        state=ScheduleState.READY,
        summary=Summary(1, 2, 0, reached, reached, optimal=True),
    )
    planned = PlannedMeeting(new_id(), tenant, 1, now, schedule.id, event_id, new_id(), (mentee, new_id()))
    with MongoClient[dict[str, Any]](settings.mongodb_uri) as client, client.start_session() as session:
        database = client[settings.database_name("events")]
        Schedules(database).insert(session, schedule)
        PlannedMeetings(database).insert(session, planned)
    return planned.id


def _topic(platform: Running, tenant: str, event_id: str, mentee: str) -> str:
    """Written where it lies, too."""
    settings, now = platform.settings(), SystemClock().now()
    topic = Topic(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=now,
        event_id=event_id,
        host_id=mentee,
        format=TopicFormat.GROUP,
        capacity=4,
        starts_at=now + timedelta(days=40),
        ends_at=now + timedelta(days=40, minutes=45),
        party_ids=(mentee,),
        title="Writing grants",
    )
    with MongoClient[dict[str, Any]](settings.mongodb_uri) as client, client.start_session() as session:
        Topics(client[settings.database_name("events")]).insert(session, topic)
    return topic.id


def _template(platform: Running, staff: str) -> str:
    body = {"name": "Half a year", "items": []}
    answer = platform.call("POST", "matching", "/v1/templates", token=staff, body=body)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def _plan_item(platform: Running, tenant: str, mentorship_id: str) -> str:
    """Written where it lies: the pairs of the story have no plan."""
    settings, now = platform.settings(), SystemClock().now()
    item = TemplateItem(new_id(), ItemKind.TASK, Owner.MENTEE, 400, "Look back")
    with MongoClient[dict[str, Any]](settings.mongodb_uri) as client, client.start_session() as session:
        planned = Planned(item, Owner.MENTEE, now.date() + timedelta(days=400))
        written = plan_item(new_id(), tenant, mentorship_id, planned, now)
        PlanItems(client[settings.database_name("matching")]).insert(session, written)
    return written.id


def test_an_object_of_every_kind_is_known_to_this_test(owned: Owned) -> None:
    named = {parameter for operation in owned.operations for parameter in operation.parameters}
    assert named == owned.ids.keys()


def test_the_owner_can_read_everything(owned: Owned) -> None:
    reads = [each for each in owned.operations if each.method == "GET" and each.parameters]
    refused = {str(each): answer.text for each in reads if (answer := owned.call(each, owned.owner)).status_code != 200}
    assert refused == {}
    assert len(reads) > 10


def test_a_stranger_finds_nothing_on_any_route_and_changes_nothing(owned: Owned) -> None:
    before = owned.state()
    answers = {str(each): owned.call(each, owned.stranger).status_code for each in owned.operations if each.parameters}
    assert {operation: status for operation, status in answers.items() if status != 404} == {}
    assert len(answers) > 30
    assert owned.state() == before


def test_a_stranger_s_lists_are_empty(owned: Owned) -> None:
    lists = [each for each in owned.operations if each.method == "GET" and not each.parameters]
    lists = [each for each in lists if str(each) not in _NOBODY_S]
    found = {}
    for each in lists:
        answer = owned.call(each, owned.stranger)
        if answer.status_code != 404 and answer.json() | {"unread": 0} != {"items": [], "next": None, "unread": 0}:
            found[str(each)] = answer.text
    assert found == {}


def test_a_stranger_cannot_ask_in_another_tenant_s_program(owned: Owned) -> None:
    body = {"program_id": owned.ids["program_id"], "mentor_ids": [new_id()], "message": "Hello"}
    answer = owned.platform.call("POST", "matching", "/v1/requests", token=owned.stranger, body=body)
    assert answer.status_code == 404
