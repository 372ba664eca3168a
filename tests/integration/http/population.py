"""A small association that is there in all four services, so that generated requests meet something."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import orjson

from services.events.api.context import STORE as EVENTS
from services.events.domain.meeting_schedule import Reached, Summary
from services.events.domain.planned_meeting import PlannedMeeting
from services.events.domain.round_place import BYE
from services.events.domain.round_series import PlanSummary
from services.events.store import Store as EventsStore
from services.events.store.round_seats import Seating
from services.matching.api.context import STORE
from services.matching.commands.create_task import create_task
from services.matching.domain.member import Member
from services.matching.domain.proposal import Proposal
from services.matching.domain.questions import SurveyKind
from services.matching.domain.survey import Answer, Survey, SurveyState
from services.matching.store import Store
from services.notifications.api.context import EXTENSION as NOTIFICATIONS
from services.notifications.commands.leave_notification import leave_notification
from services.notifications.domain.notification import Notification
from services.notifications.domain.telling import Subject
from shared.clock import SystemClock
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.web.access import ROLES
from shared.web.transactions import EXTENSION
from tests.integration.http.conftest import Surface

TERMS = {"goals": ["Lead a team"], "format": "video", "frequency": "biweekly", "duration_weeks": 24}


@dataclass(frozen=True, slots=True)
class Population:
    """`caller` may everything and takes part in everything; `ids` has one that is there for each parameter's name."""

    caller: str
    ids: dict[str, str]


def populate(surface: Surface) -> Population:
    """By HTTP where there is a way, as the reactions would where there is none."""
    ids: dict[str, str] = {}
    caller = made(surface, "", "profiles", "/v1/members", {"given_name": "Ada", "family_name": "Okafor"})
    ids["identifier"] = caller
    gone = made(surface, "", "profiles", "/v1/members", {"given_name": "Eve", "family_name": "Okafor"})
    ids["erasure_id"] = post(surface, "", "profiles", f"/v1/members/{gone}", None, 202, method="DELETE")["id"]
    post(surface, "", "profiles", "/v1/association", {"name": "Acme"}, 201, method="PUT")
    ids["group_id"] = made(surface, "", "profiles", "/v1/groups", {"name": "Chapter Milan", "kind": "chapter"})
    _copies(surface, caller)
    _events(surface, caller, ids)
    _matching(surface, caller, ids)
    _inbox(surface, caller, ids)
    webhook = {"url": "https://93.184.215.14/", "types": ["*"]}
    ids["webhook_id"] = made(surface, caller, "notifications", "/v1/webhooks", webhook)
    ping = f"/v1/webhooks/{ids['webhook_id']}/test"
    ids["delivery_id"] = made(surface, caller, "notifications", ping, status=202)
    return Population(caller, ids)


def made(surface: Surface, who: str, service: str, path: str, body: Any = None, status: int = 201) -> str:
    """Posts and returns the id of what came of it."""
    answer = post(surface, who, service, path, body, status)
    found: str = answer["id"]
    return found


def post(
    surface: Surface, who: str, service: str, path: str, body: Any = None, status: int = 200, method: str = "POST"
) -> Any:
    headers = surface.issuer.headers(*ROLES, tenant=surface.tenant, sub=who or new_id())
    content = None if body is None else orjson.dumps(body)
    options: dict[str, Any] = {} if content is None else {"data": content, "content_type": "application/json"}
    answer = surface.call(service, method, path, headers=headers, **options)
    assert answer.status_code == status, (path, answer.get_data())
    return answer.get_json()


def _events(surface: Surface, caller: str, ids: dict[str, str]) -> None:
    event = {
        "name": "Summit",
        "starts_at": "2099-05-04T07:00:00Z",
        "ends_at": "2099-05-06T16:00:00Z",
        "time_zone": "Europe/Rome",
        "sources": [{"source": "pretix", "source_event_id": "summit"}],
    }
    ids["event_id"] = made(surface, caller, "events", "/v1/events", event)
    post(surface, caller, "events", f"/v1/events/{ids['event_id']}/publish")
    path = f"/v1/events/{ids['event_id']}/registrations"
    ids["registration_id"] = made(surface, caller, "events", path, {"mentoring": ["mentor"]})
    headers = surface.issuer.headers("integrator", tenant=surface.tenant)
    upload = surface.call(
        "events",
        "POST",
        f"/v1/events/{ids['event_id']}/attendees",
        headers=headers,
        data=b"no json\n",
        content_type="application/x-ndjson",
    )
    source = {"kind": "pretix", "base_url": "https://93.184.215.14", "organizer": "assoc"}
    ids["source_id"] = made(surface, caller, "events", "/v1/sources", source)
    ids["import_id"] = upload.get_json()["id"]
    _meeting(surface, caller, ids)
    _rounds(surface, caller, ids)


def _corner(surface: Surface, caller: str, event: str, mentor: str, slot_id: str) -> None:
    """A mentoring corner with two mentors, of whom the caller is one."""
    app, program_id = surface.app("events"), new_id()
    store: EventsStore = app.extensions[EVENTS]
    unit_of_work: UnitOfWork = app.extensions[EXTENSION]
    unit_of_work.run(
        lambda current: store.event_programs.keep(
            current.session, surface.tenant, program_id, event.rpartition("/")[2]
        ),
        tenant=surface.tenant,
    )
    corner = {"program_id": program_id, "slot_ids": [slot_id], "place": "Hall B"}
    post(surface, caller, "events", f"{event}/corner", corner, method="PUT")
    for each in (caller, mentor):
        post(surface, each, "events", f"{event}/corner/offers", {"slot_ids": [slot_id]}, method="PUT")


def _meeting(surface: Surface, caller: str, ids: dict[str, str]) -> None:
    """Somebody whom the caller asks to meet."""
    other, event = new_id(), f"/v1/events/{ids['event_id']}"
    _known_to_events(surface, other, "Ben Okafor")
    made(surface, other, "events", f"{event}/registrations", {"mentoring": ["mentor"]})
    slot = {"starts_at": "2099-05-04T08:00:00Z", "ends_at": "2099-05-04T08:30:00Z", "places": [{"name": "Table 1"}]}
    later = {"starts_at": "2099-05-04T10:00:00Z", "ends_at": "2099-05-04T10:20:00Z"}
    slots = post(surface, caller, "events", f"{event}/slots", {"slots": [slot, later]}, method="PUT")["slots"]
    planned = slots[0]
    ids["slot_id"] = planned["id"]
    groups = {"groups": [{"name": "hosts", "member_ids": [other]}], "meets": [["hosts", "others"]]}
    post(surface, caller, "events", f"{event}/groups", groups, method="PUT")
    post(surface, caller, "events", f"{event}/wishes", {"wishes": [other]}, method="PUT")
    asked = {"invitee_id": other, "slot_id": planned["id"], "message": "Shall we meet?"}
    ids["meeting_id"] = made(surface, caller, "events", f"{event}/meetings", asked)
    hosted = {"title": "Writing grants", "starts_at": "2099-05-04T09:00:00Z"}
    ids["topic_id"] = made(surface, caller, "events", f"{event}/topics", hosted)
    post(surface, other, "events", f"/v1/topics/{ids['topic_id']}/join", None)
    _corner(surface, caller, event, other, slots[1]["id"])
    post(surface, caller, "events", f"{event}/schedule", {}, 202)
    ids["planned_id"] = _planned(surface, (caller, other), ids["event_id"], planned["id"])


def _planned(surface: Surface, party: tuple[str, str], event_id: str, slot_id: str) -> str:
    """A meeting of the schedule that was asked for, as the worker would leave it for review."""
    app = surface.app("events")
    events: EventsStore = app.extensions[EVENTS]
    unit_of_work: UnitOfWork = app.extensions[EXTENSION]
    identifier, reached = new_id(), Reached(0, 0, 0, 0)

    def finish(current: Transaction) -> None:
        schedule = events.schedules.of_event(surface.tenant, event_id, current.session)
        assert schedule is not None
        one, other = sorted(party)
        meeting = PlannedMeeting(
            identifier, surface.tenant, 1, current.now, schedule.id, event_id, slot_id, (one, other)
        )
        events.planned_meetings.write(current.session, [(None, meeting)])
        made = schedule.computing("planning", 0.9, current.now)
        summary = Summary(1, 2, 0, reached, reached, optimal=True)
        events.schedules.save(current.session, made.finished(summary, current.now))

    unit_of_work.run(finish, tenant=surface.tenant)
    return identifier


def _rounds(surface: Surface, caller: str, ids: dict[str, str]) -> None:
    """Speed rounds in which the caller has a place, planned as a worker would."""
    asked = {"starts_at": "2099-05-05T12:00:00Z", "rounds": 2}
    path = f"/v1/events/{ids['event_id']}/rounds"
    ids["series_id"] = post(surface, caller, "events", path, asked, 202)["id"]
    app = surface.app("events")
    store: EventsStore = app.extensions[EVENTS]
    unit_of_work: UnitOfWork = app.extensions[EXTENSION]

    def plan(current: Transaction) -> None:
        series = store.round_series.get(surface.tenant, ids["series_id"], current.session)
        store.round_places.put(current.session, series, {caller: 1})
        store.round_seats.put(current.session, series, 1, Seating(np.array([(0, BYE)], np.int32), {}))
        ready = series.moved("plan", current.now).finished(1, PlanSummary(people=1), current.now)
        store.round_series.save(current.session, ready)

    unit_of_work.run(plan, tenant=surface.tenant)


def _matching(surface: Surface, caller: str, ids: dict[str, str]) -> None:
    partner, third, app = new_id(), new_id(), surface.app("matching")
    store: Store = app.extensions[STORE]
    unit_of_work: UnitOfWork = app.extensions[EXTENSION]

    def tell(current: Transaction) -> None:
        for identifier in (caller, partner, third):
            member = Member(
                id=identifier, tenant=surface.tenant, version=1, updated_at=current.now, goals=("Lead a team",)
            )
            store.copies.put(current.session, member)

    unit_of_work.run(tell, tenant=surface.tenant)

    def answer(current: Transaction) -> None:
        """What was revealed, with words that coordinators may read."""
        pair = store.mentorships.get(surface.tenant, ids["mentorship_id"], current.session)
        words = Answer(caller, current.now, {"satisfaction": 5}, "Read by staff, too", share_with_coordinators=True)
        survey = Survey(
            id=new_id(),
            tenant=surface.tenant,
            version=1,
            updated_at=current.now,
            program_id=ids["program_id"],
            mentorship_id=pair.id,
            mentor_id=pair.mentor_id,
            mentee_id=pair.mentee_id,
            kind=SurveyKind.CLOSE,
            about="",
            state=SurveyState.REVEALED,
            answers=(words,),
        )
        store.surveys.insert(current.session, survey)

    item = {"kind": "task", "owner": "mentee", "offset_days": 0, "title": "Say what you work toward"}
    ids["template_id"] = made(surface, caller, "matching", "/v1/templates", {"name": "Half a year", "items": [item]})

    def program(name: str) -> str:
        settings = {"template_id": ids["template_id"]}
        body = {"name": name, "kind": "cohort", "format": "one_to_one", "settings": settings}
        identifier = made(surface, caller, "matching", "/v1/programs", body)
        post(surface, caller, "matching", f"/v1/programs/{identifier}/open")
        for who, role in ((caller, "mentee"), (partner, "mentor")):
            ids["enrollment_id"] = made(
                surface,
                new_id(),
                "matching",
                f"/v1/programs/{identifier}/enrollments",
                {"member_id": who, "role": role, "capacity": 2},
            )
        return identifier

    def ask(identifier: str) -> str:
        body = {"program_id": identifier, "mentor_ids": [partner], "message": "Would you?"}
        found: str = post(surface, caller, "matching", "/v1/requests", body, 201)["items"][0]["id"]
        return found

    accepted = post(surface, partner, "matching", f"/v1/requests/{ask(program('Spring'))}/accept")
    ids["mentorship_id"] = accepted["mentorship_id"]
    path = f"/v1/mentorships/{ids['mentorship_id']}"
    version = post(surface, partner, "matching", f"{path}/agreement", TERMS, method="PUT")["agreement"]["version"]
    for who in (partner, caller):
        post(surface, who, "matching", f"{path}/agreement/sign", {"version": version})
    session = {"starts_at": "2099-01-04T07:00:00Z", "duration_minutes": 30, "actions": ["Read"]}
    proposed = post(surface, caller, "matching", f"{path}/sessions", session, 201)
    ids["session_id"], ids["action_id"] = proposed["id"], proposed["action_items"][0]["id"]
    offer = {"introduced_to_id": third, "message": "You should meet."}
    ids["introduction_id"] = made(surface, partner, "matching", f"{path}/introductions", offer)
    ids["appreciation_id"] = made(surface, partner, "matching", f"{path}/appreciations", {"text": "Thanks"})
    ids["milestone_id"] = made(surface, caller, "matching", f"{path}/milestones", {"title": "First talk"})
    ids["item_id"] = post(surface, caller, "matching", f"{path}/plan", method="GET")["items"][0]["id"]
    ids["goal_id"] = made(surface, caller, "matching", f"{path}/goals", {"statement": "Speak in public"})
    ids["program_id"] = program("Autumn")
    for name, kind in (("resource", "resources"), ("opportunity", "opportunities"), ("announcement", "announcements")):
        path = f"/v1/programs/{ids['program_id']}/{kind}"
        ids[f"{name}_id"] = made(surface, caller, "matching", path, {"title": "Worth a look"})
    ids["request_id"] = ask(ids["program_id"])
    runs = f"/v1/programs/{ids['program_id']}/match-runs"
    ids["run_id"] = made(surface, caller, "matching", runs, {"objective": "best_score"}, 202)

    report = {"reported_id": caller, "category": "other", "text": "Look at this."}
    ids["report_id"] = made(surface, partner, "matching", "/v1/reports", report)
    for body in ({"state": "under_review"}, {"state": "actioned", "action": {"kind": "warning"}}):
        address = f"/v1/reports/{ids['report_id']}"
        acted = post(surface, partner, "matching", address, body, method="PATCH")
    ids["measure_id"] = acted["measure_id"]

    def propose(current: Transaction) -> str:
        """As a worker would."""
        identifier = new_id()
        pair = (ids["program_id"], partner, caller, 0.5, {"skills": 0.5}, ("Both speak English.",), ids["run_id"])
        proposal = Proposal(identifier, surface.tenant, 1, current.now, *pair)
        store.proposals.insert(current.session, proposal)
        return identifier

    def task(current: Transaction) -> str:
        kind = "plan_item"
        return create_task(current, store, kind, program_id=ids["program_id"], assignee_ids=(caller,)).id

    unit_of_work.run(answer, tenant=surface.tenant)
    ids["proposal_id"] = unit_of_work.run(propose, tenant=surface.tenant)
    ids["task_id"] = unit_of_work.run(task, tenant=surface.tenant)


def _copies(surface: Surface, caller: str) -> None:
    """What events and notifications keep of a member whom profiles has told of."""
    now = SystemClock().now()
    known = {"_id": caller, "tenant": surface.tenant}
    _known_to_events(surface, caller, "Ada Okafor")
    surface.database("notifications")["people"].insert_one(
        {**known, "version": 1, "updated_at": now, "given_name": "Ada", "family_name": "Okafor"}
    )


def _known_to_events(surface: Surface, member_id: str, name: str) -> None:
    kept = {"_id": member_id, "tenant": surface.tenant, "name": name, "search": name.casefold(), "groups": []}
    surface.database("events")["members"].insert_one(kept)


def _inbox(surface: Surface, caller: str, ids: dict[str, str]) -> None:
    app = surface.app("notifications")
    context = app.extensions[NOTIFICATIONS]
    unit_of_work: UnitOfWork = app.extensions[EXTENSION]
    ids["notification_id"] = new_id()

    def leave(current: Transaction) -> None:
        notification = Notification(
            id=ids["notification_id"],
            tenant=surface.tenant,
            version=1,
            updated_at=current.now,
            created_at=current.now,
            member_id=caller,
            type="org.ithaca.mentorship.activated.v1",
            message_id=new_id(),
            subject=Subject.MENTORSHIP,
            subject_id=ids["mentorship_id"],
            about_id=ids["mentorship_id"],
        )
        leave_notification(current, context.store, timedelta(0), notification)

    unit_of_work.run(leave, tenant=surface.tenant)
