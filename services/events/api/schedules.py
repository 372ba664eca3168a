"""The generated schedule of meetings at an event: asked for, reviewed, published."""

from dataclasses import asdict
from typing import Any

from services.events.api.context import store
from services.events.api.finding import visible_event
from services.events.commands.dismiss_planned_meeting import dismiss_planned_meeting
from services.events.commands.make_schedule import make_schedule
from services.events.commands.publish_schedule import publish_schedule
from services.events.domain.meeting_schedule import FITTING, MeetingSchedule, Quota, ScheduleState, Whom
from services.events.domain.meeting_slots import SlotPlan
from services.events.domain.planned_meeting import PlannedMeeting, PlannedState
from shared.contracts.fields import Choice, Code, Flag, Id, Line, Many, Number, One, Record, Text, Timestamp, Whole
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction
from shared.web import Blueprint, Page, audit, etag, requested, require_match, roles, transaction

blueprint = Blueprint(
    "schedules", __name__, url_prefix="/v1/events", description="A schedule of meetings for a whole event."
)

_MANY = 10_000_000


class MeetingQuotaSchema(Record):
    """How many meetings people are to have."""

    group = Line("The group that it is for, `others` those in none; left out: everybody.", 100, shortest=1)
    least = Whole("Meetings that each is given before anybody's wish counts; 0, where it is not said.", 0, 500)
    most = Whole("Meetings that each has at most; as many as there are slots, where it is not said.", 0, 500)


class NewScheduleSchema(Record):
    """What is to be planned."""

    whom = Choice(
        "`everyone`, where it is not said: whoever has meetings gets more. `still_free`: only who has none yet.",
        tuple(Whom),
        nullable=False,
    )
    quotas = Many(
        "How many meetings people have, those that are agreed on counted. Somebody in several groups has the highest "
        "`least` and the lowest `most`.",
        One("A quota.", MeetingQuotaSchema, required=True),
        101,
    )
    fitting = Whole(
        f"How many people who fit best are looked at for each, besides those that are wished; {FITTING}, where it is "
        "not said, and 0: only wishes count.",
        0,
        200,
        nullable=False,
    )


class ScheduleWorthSchema(Record):
    """How good, in order of importance."""

    missing = Number("Meetings that people lack to have their least.", 0, _MANY, required=True)
    mutual = Number("Meetings that both wish.", 0, _MANY, required=True)
    wished = Number("Meetings that one of the two wishes.", 0, _MANY, required=True)
    affinity = Number("How well people fit, of all meetings together.", 0, 10**12, required=True)


class ScheduleSummarySchema(Record):
    """What came of it."""

    meetings = Whole("Meetings that are planned.", 0, _MANY, required=True)
    people = Whole("People who have one of them.", 0, _MANY, required=True)
    without = Whole("People who come and have no meeting, planned or agreed on.", 0, _MANY, required=True)
    reached = One("What the plan comes to.", ScheduleWorthSchema, required=True)
    bound = One(
        "What no plan is better than, looked at in order of importance; halves come of counting half meetings.",
        ScheduleWorthSchema,
        required=True,
    )
    optimal = Flag("It is known that no plan is better.", required=True)


class ScheduleSchema(Record):
    """A schedule, from being asked for to being out."""

    id = Id("The schedule.", required=True)
    event_id = Id("The event.", required=True)
    whom = Choice("For whom.", tuple(Whom), required=True)
    quotas = Many("How many meetings people are to have.", One("A quota.", MeetingQuotaSchema, required=True), 101)
    fitting = Whole("How many people who fit best were looked at for each.", 0, 200, required=True)
    state = Choice("Where it stands; `ready` is to be reviewed.", tuple(ScheduleState), required=True)
    stage = Code("What a worker is doing.")
    progress = Number("How far that is, from 0 to 1.", 0, 1, required=True)
    summary = One("What came of it, once it is ready.", ScheduleSummarySchema)
    published = Whole("Meetings that are out.", 0, _MANY, required=True)
    left_out = Whole("Planned ones that were not possible any more.", 0, _MANY, required=True)
    failure = Text("Why it could not be made, or published.", 1000)
    updated_at = Timestamp("When it last changed.", required=True)


class PlannedMeetingSchema(Record):
    """A meeting of the schedule."""

    id = Id("The planned meeting.", required=True)
    slot_id = Id("The slot.", required=True)
    starts_at = Timestamp("Its start; none where the slot has gone since.")
    ends_at = Timestamp("Its end.")
    member_ids = Many("The two.", Id("A member.", required=True), 2, fewest=2, required=True)
    table = Line("The table; none where they choose a place.", 100)
    state = Choice("Where it stands.", tuple(PlannedState), required=True)
    reason = Code(
        "Why it was left out: `slot`, `not_attending`, `kept_apart` (also where one of them does not want to), "
        "`meet_already`, `time_taken`, `no_table`, `groups`."
    )
    meeting_id = Id("The meeting that it became.")


class SearchSchema(Record):
    state = Choice("In this state.", tuple(PlannedState))


@blueprint.post("/<id:event_id>/schedule")
@roles("organizer")
@blueprint.arguments(NewScheduleSchema)
@blueprint.response(202, ScheduleSchema)
def make(body: dict[str, Any], event_id: str) -> Any:
    """Plans meetings for the whole event; a worker makes the plan, to be reviewed before it is published.

    Everybody gets their least, as far as can be; then come meetings that both wish, then those that one wishes, then
    people who fit. Nobody is planned for two things at once, at whatever event, or with whom they said no thanks to,
    are kept apart from, or meet already; groups that do not meet do not; no table is taken twice. What is agreed on or
    published stays, and counts. The same wishes and people give the same plan.

    It takes the place of a plan made before, unless that is just being published (409). 409, too, where the event is
    not open or no slot is to come.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    quotas = tuple(
        Quota(each.get("group"), each.get("least") or 0, each.get("most")) for each in body.get("quotas") or ()
    )
    whom = Whom(body.get("whom") or Whom.EVERYONE)
    made = make_schedule(current, store(), event, whom, quotas, body.get("fitting", FITTING))
    etag(made.version)
    return _view(made), 202, {"Location": f"/v1/events/{event_id}/schedule"}


@blueprint.get("/<id:event_id>/schedule")
@roles("organizer")
@blueprint.response(200, ScheduleSchema)
def show(event_id: str) -> dict[str, Any]:
    """Shows the schedule that was asked for last: how far it is, and what came of it."""
    schedule = _current(event_id)
    etag(schedule.version)
    return _view(schedule)


@blueprint.get("/<id:event_id>/schedule/meetings")
@roles("organizer")
@blueprint.arguments(SearchSchema, location="query")
@blueprint.page(PlannedMeetingSchema)
def index(search: dict[str, Any], event_id: str) -> Page[dict[str, Any]]:
    """Lists the meetings of the schedule: planned, dismissed, published, or left out and why."""
    schedule, wanted = _current(event_id), requested()
    state = search.get("state")
    # A worker may still be writing: what is not shown as ready is nobody's to review.
    made = schedule.summary is not None
    found = (
        store().planned_meetings.of_schedule(
            schedule.tenant,
            schedule.id,
            None if state is None else PlannedState(state),
            limit=wanted.fetch,
            after=wanted.after_id,
        )
        if made
        else ()
    )
    audit.shows(sorted({each for planned in found for each in planned.party_ids}))
    plan = store().slot_plans.find(schedule.tenant, event_id)
    return wanted.page([_planned(each, plan) for each in found], key=lambda each: each["id"])


@blueprint.delete("/<id:event_id>/schedule/meetings/<id:planned_id>")
@roles("organizer")
@blueprint.response(200, PlannedMeetingSchema)
def dismiss(event_id: str, planned_id: str) -> dict[str, Any]:
    """Takes a meeting out of the schedule before it is published. 409 from then on."""
    current = transaction()
    schedule = _current(event_id, current)
    dismissed = dismiss_planned_meeting(current, store(), schedule, planned_id)
    return _planned(dismissed, store().slot_plans.find(schedule.tenant, event_id, current.session))


@blueprint.post("/<id:event_id>/schedule/publish")
@roles("organizer")
@blueprint.response(202, ScheduleSchema)
def publish(event_id: str) -> dict[str, Any]:
    """Publishes what is planned: a worker books the meetings, and each is told to its two as accepted.

    A meeting is left out, with its reason, where something has come in between: one of the two has something else by
    then, does not come any more or is kept apart from the other, or the table is gone. What is published already stays
    as it is, however often this is asked. 409 where the schedule is not ready, or the event is not open.
    """
    current = transaction()
    event = visible_event(event_id, current.session)
    schedule = _current(event_id, current)
    require_match(schedule.version)
    published = publish_schedule(current, store(), event, schedule)
    etag(published.version)
    return _view(published)


def _current(event_id: str, current: Transaction | None = None) -> MeetingSchedule:
    """Raises NotFound."""
    session = None if current is None else current.session
    event = visible_event(event_id, session)
    found = store().schedules.of_event(event.tenant, event.id, session)
    if found is None:
        raise NotFound("schedule", event_id)
    return found


def _view(schedule: MeetingSchedule) -> dict[str, Any]:
    return asdict(schedule)


def _planned(planned: PlannedMeeting, plan: SlotPlan | None) -> dict[str, Any]:
    slot = None if plan is None else plan.slot(planned.slot_id)
    times = {} if slot is None else {"starts_at": slot.starts_at, "ends_at": slot.ends_at}
    names = ("id", "slot_id", "table", "state", "reason", "meeting_id")
    return {name: getattr(planned, name) for name in names} | times | {"member_ids": planned.party_ids}
