"""Slots: when a pair could meet."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields, validate

from services.matching.api.context import store
from services.matching.api.pair import own_mentorship
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.slots import Basis, slots, zone_of
from shared.contracts.fields import Choice, Line, Many, Moment, One, Record, Timestamp
from shared.errors import Fault, Invalid
from shared.web import Blueprint, principal, roles, unit_of_work

blueprint = Blueprint(
    "session_slots",
    __name__,
    url_prefix="/v1/mentorships/<id:mentorship_id>/sessions/slots",
    description="Times at which both of a pair could meet.",
)

LONGEST = timedelta(days=62)
_USUAL = timedelta(days=14)
MOST = 200


class SlotQuerySchema(Schema):
    start = Moment("From when; now, where it is not said.", data_key="from")
    end = Moment("Up to when, 62 days later at most; two weeks later, where it is not said.", data_key="to")
    duration_minutes = fields.Integer(
        load_default=60,
        validate=validate.Range(1, 24 * 60),
        metadata={"description": "How long they would meet."},
    )


class MeetingTimeSchema(Record):
    starts_at = Timestamp("When it begins, in UTC.", required=True)
    ends_at = Timestamp("When it is over, in UTC.", required=True)
    mentor_local = Line("When it begins by the mentor's clock, with its offset; null where no zone is known.", 40)
    mentee_local = Line("When it begins by the mentee's clock, likewise.", 40)


class MeetingTimesSchema(Record):
    basis = Choice(
        "Whose availability the slots are by: of the one whose is not known nothing is taken off; "
        "`none` where neither's is.",
        [each.value for each in Basis],
        required=True,
    )
    slots = Many("In order, two hundred at most.", One("", MeetingTimeSchema, required=True), MOST, required=True)


@blueprint.get("")
@roles("member")
@blueprint.arguments(SlotQuerySchema, location="query")
@blueprint.response(200, MeetingTimesSchema)
def index(wanted: dict[str, Any], mentorship_id: str) -> dict[str, Any]:
    """Finds times at which the two could meet.

    By their weekly availability in their own zones, on the dates asked for; without what either has agreed on already,
    with this partner or another. What is only proposed is no obstacle: the first yes takes the time.
    """
    mentorship = own_mentorship(mentorship_id)
    now = unit_of_work().clock.now()
    start = max(wanted.get("start") or now, now)
    end = wanted.get("end") or start + _USUAL
    if end <= start:
        raise Invalid([Fault("/to", "Must be later than from, and to come.")])
    if end - start > LONGEST:
        raise Invalid([Fault("/to", f"Must be {LONGEST.days} days after from, at most.")])
    length = timedelta(minutes=wanted["duration_minutes"])
    return _found(mentorship, start, end, length)


def _found(mentorship: Mentorship, start: datetime, end: datetime, length: timedelta) -> dict[str, Any]:
    tenant = principal().tenant
    known = store().copies.among(tenant, mentorship.parties)
    mentor, mentee = (known.get(each) for each in mentorship.parties)
    agreed = store().mentorships.agreed_of(tenant, mentorship.parties, start, end)
    taken = [(each.starts_at, each.ends_at) for each in agreed]
    found = slots(mentor, mentee, start, end, length, taken, MOST)
    zones = zone_of(mentor), zone_of(mentee)
    return {"basis": found.basis, "slots": [_slot(each, length, *zones) for each in found.starts]}


def _slot(start: datetime, length: timedelta, of_mentor: ZoneInfo | None, of_mentee: ZoneInfo | None) -> dict[str, Any]:
    return {
        "starts_at": start,
        "ends_at": start + length,
        "mentor_local": _local(start, of_mentor),
        "mentee_local": _local(start, of_mentee),
    }


def _local(moment: datetime, zone: ZoneInfo | None) -> str | None:
    return None if zone is None else moment.astimezone(zone).isoformat(timespec="minutes")
