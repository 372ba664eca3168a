"""The questions that the catalog asks of a message: whom it concerns, who did it, what their calendars make of it."""

from collections.abc import Callable, Sequence

from services.notifications.domain.facts import Data
from services.notifications.domain.telling import Part, Told
from shared.calendar import Method


def member(data: Data) -> Sequence[Told]:
    return (Told(data["member_id"], Part.MEMBER),)


def mentor(data: Data) -> Sequence[Told]:
    return (Told(data["mentor_id"], Part.MENTOR, data["mentee_id"]),)


def mentee(data: Data) -> Sequence[Told]:
    return (Told(data["mentee_id"], Part.MENTEE, data["mentor_id"]),)


def both(data: Data) -> Sequence[Told]:
    return (*mentor(data), *mentee(data))


def who_had_it_open(data: Data) -> Sequence[Told]:
    """The mentee; the mentor only where it was the mentee who is no longer there to be answered.

    Two who were paired in another way hear of that, not of the request.
    """
    if data.get("reason") == "already_paired":
        return ()
    mentee_left = data.get("reason") in (
        "mentee_matched",
        "mentee_paused",
        "withdrawn",
        "registration_cancelled",
    )
    return both(data) if mentee_left else mentee(data)


def who_signed_before(data: Data) -> Sequence[Told]:
    """A first signature goes to the other one; the second, which completes it, to the one who waited for it."""
    last = data["signed_by"][-1:]
    return [one for one in both(data) if one.member_id not in last]


def thanked(data: Data) -> Sequence[Told]:
    return [one for one in both(data) if one.member_id == data["to_id"]]


def whose_partner_wrote(data: Data) -> Sequence[Told]:
    """Who has something to read."""
    return [one for one in both(data) if one.other_id in data["written_by"]]


def both_while_shown(data: Data) -> Sequence[Told]:
    """That thanks are shown no more is told to nobody."""
    return both(data) if data["public"] else ()


def who_gives_feedback(data: Data) -> Sequence[Told]:
    return [one for one in both(data) if one.member_id == data["member_id"]]


def partner(data: Data) -> Sequence[Told]:
    """Whom something is shared with; what is for a whole program is told to those who take part, page by page."""
    return (
        ()
        if data.get("mentorship_id") is None
        else [each for each in both(data) if each.member_id != data["shared_by_id"]]
    )


def who_is_asked(data: Data) -> Sequence[Told]:
    """Who is asked whether they would be introduced; the one introduced is to learn of them only from a yes."""
    return (Told(data["introduced_to_id"], Part.MEMBER, data["offered_by_id"]),)


def the_pair(data: Data) -> Sequence[Told]:
    offered_by, third = data["offered_by_id"], data["introduced_to_id"]
    return [
        Told(one.member_id, Part.MENTOR if one.member_id == offered_by else Part.MENTEE, third) for one in both(data)
    ]


def who_offered(data: Data) -> Sequence[Told]:
    return [one for one in the_pair(data) if one.member_id == data["offered_by_id"]]


def the_two(data: Data) -> Sequence[Told]:
    """Who meets whom at an event."""
    requester, invitee = data["requester_id"], data["invitee_id"]
    return (Told(requester, Part.MEMBER, invitee), Told(invitee, Part.MEMBER, requester))


def the_two_concerned(data: Data) -> Sequence[Told]:
    """Both, unless it says whom it concerns: who was never told of a request is not told of its end."""
    concerned = data.get("concerns_ids")
    return [each for each in the_two(data) if concerned is None or each.member_id in concerned]


def who_answers(data: Data) -> Sequence[Told]:
    """Whoever was asked; both, where it stands in their calendars already and has to leave them until the answer."""
    return the_two(data) if data.get("agreed") else the_two(data)[1:]


def who_asked(data: Data) -> Sequence[Told]:
    return the_two(data)[:1]


def who_will_meet(data: Data) -> Sequence[Told]:
    """Both; what a schedule has for them is told with the schedule, and by itself only when it moves."""
    new_by_schedule = data.get("origin") == "schedule" and not data.get("sequence")
    return () if new_by_schedule else the_two(data)


def assignees(data: Data) -> Sequence[Told]:
    """Of the mentee it is about; the mentee themselves, of the mentor."""
    about = [each for each in (data.get("mentee_id"), data.get("mentor_id")) if each is not None]
    return [
        Told(each, Part.MEMBER, next((other for other in about if other != each), None))
        for each in data.get("assignee_ids", ())
    ]


def nudged(data: Data) -> Sequence[Told]:
    return [one for one in both(data) if one.member_id in data["member_ids"]]


_GRAVE = ("at_risk", "overdue")


def coordinators_of_what_is_grave(data: Data) -> Sequence[Told]:
    """Of what is merely quiet they hear when nudging the two has not helped, by a task."""
    if data["health"] not in _GRAVE:
        return ()
    return [Told(each, Part.MEMBER, data["mentee_id"]) for each in data.get("coordinator_ids", ())]


def who_takes_part(data: Data) -> Sequence[Told]:
    """Of what goes with its event they hear by the event."""
    if data.get("reason") == "event_cancelled":
        return ()
    return [Told(each, Part.MEMBER) for each in data.get("member_ids") or ()]


def plan(data: Data) -> str | None:
    """A plan is one piece of news, and that it is called off another."""
    end = "/cancelled" if data.get("state") == "cancelled" else ""
    return f"rounds/{data['id']}/{data['plan_version']}{end}"


def schedule(data: Data) -> str | None:
    """One that was given up half way, and is published to its end later, has more meetings then."""
    return f"schedules/{data['id']}/{data['meetings']}"


def whom_it_concerns(data: Data) -> Sequence[Told]:
    """Those whom the change of a topic concerns."""
    return [Told(each, Part.MEMBER, data.get("by_id")) for each in data.get("concerns_ids") or ()]


def done_by(field: str) -> Callable[[Data], str | None]:
    def actor(data: Data) -> str | None:
        found: str | None = data.get(field)
        return found

    return actor


def own_doing(data: Data) -> str | None:
    """The member, also where it gave way to another one of theirs: to them nothing has changed."""
    found: str | None = data["member_id"] if data.get("reason") in ("member", "merged") else None
    return found


def invites(_: Data) -> Method | None:
    return Method.REQUEST


def moves(data: Data) -> Method | None:
    """A session whose new time still awaits the other's word is in nobody's calendar at that time yet."""
    return Method.REQUEST if data["state"] == "confirmed" else None


def uninvites(_: Data) -> Method | None:
    return Method.CANCEL


def leaves_calendars(data: Data) -> Method | None:
    """A meeting that both had said yes to; the others never stood in a calendar."""
    return Method.CANCEL if data.get("agreed") else None


def leaves_event(data: Data) -> Method | None:
    return None if data["attending"] else Method.CANCEL


def nobody_at_once(_: Data) -> Sequence[Told]:
    """Too many for one transaction: they are told a page at a time."""
    return ()
