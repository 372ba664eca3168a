"""Who is told of which message, how much it matters and where it leads: one table of every type there is."""

from collections.abc import Mapping

from services.notifications.domain.audiences import (
    assignees,
    both,
    both_while_shown,
    coordinators_of_what_is_grave,
    done_by,
    invites,
    leaves_calendars,
    leaves_event,
    member,
    mentee,
    mentor,
    moves,
    nobody_at_once,
    nudged,
    own_doing,
    partner,
    plan,
    schedule,
    thanked,
    the_pair,
    the_two_concerned,
    uninvites,
    who_answers,
    who_asked,
    who_gives_feedback,
    who_had_it_open,
    who_is_asked,
    who_offered,
    who_signed_before,
    who_takes_part,
    who_will_meet,
    whom_it_concerns,
    whose_partner_wrote,
)
from services.notifications.domain.notification import Notification
from services.notifications.domain.offered_acts import (
    answer_introduction,
    answer_meeting,
    answer_request,
    confirm_session,
    give_feedback,
    sign,
    take_seat,
)
from services.notifications.domain.telling import Category, Priority, Subject, Telling
from shared.contracts.message_type import PREFIX

_ASKS = (
    "request.sent.v1",
    "request.info_requested.v1",
    "request.answered.v1",
    "request.reminded.v1",
)
"""What a mentor or a mentee has to answer while the request is open."""

REGISTRATIONS: Mapping[str, Telling] = {
    "registration.confirmed.v1": Telling(
        member,
        Subject.EVENT,
        Category.EVENTS,
        Priority.FIRM,
        calendar=invites,
        replaces=("registration.waitlisted.v1", "registration.offered.v1", "registration.expired.v1"),
    ),
    "registration.waitlisted.v1": Telling(
        member, Subject.EVENT, Category.EVENTS, calendar=leaves_event, only_if_invited=True
    ),
    "registration.offered.v1": Telling(member, Subject.EVENT, Category.EVENTS, Priority.PRESSING, acts=take_seat),
    "registration.expired.v1": Telling(member, Subject.EVENT, Category.EVENTS, replaces=("registration.offered.v1",)),
    "registration.cancelled.v1": Telling(
        member,
        Subject.EVENT,
        Category.EVENTS,
        Priority.FIRM,
        actor=own_doing,
        calendar=leaves_event,
        replaces=("registration.waitlisted.v1", "registration.offered.v1", "registration.expired.v1"),
    ),
}
"""Of registrations; each also changes who would hear of the event's cancellation."""

RELATIONSHIPS: Mapping[str, Telling] = {
    "enrollment.approved.v1": Telling(member, Subject.PROGRAM, Category.PROGRAMS, actor=own_doing),
    "enrollment.rejected.v1": Telling(member, Subject.PROGRAM, Category.PROGRAMS),
    "enrollment.paused.v1": Telling(member, Subject.PROGRAM, Category.PROGRAMS, actor=own_doing),
    "enrollment.withdrawn.v1": Telling(member, Subject.PROGRAM, Category.PROGRAMS, actor=own_doing),
    "request.sent.v1": Telling(mentor, Subject.REQUEST, Category.REQUESTS, Priority.PRESSING, acts=answer_request),
    "request.info_requested.v1": Telling(mentee, Subject.REQUEST, Category.REQUESTS, Priority.PRESSING),
    "request.answered.v1": Telling(mentor, Subject.REQUEST, Category.REQUESTS, Priority.PRESSING, acts=answer_request),
    "request.reminded.v1": Telling(
        mentor,
        Subject.REQUEST,
        Category.REQUESTS,
        Priority.PRESSING,
        acts=answer_request,
        replaces=("request.sent.v1", "request.reminded.v1"),
    ),
    "request.accepted.v1": Telling(mentee, Subject.REQUEST, Category.REQUESTS, replaces=_ASKS),
    "request.declined.v1": Telling(mentee, Subject.REQUEST, Category.REQUESTS, replaces=_ASKS),
    "request.withdrawn.v1": Telling(mentor, Subject.REQUEST, Category.REQUESTS, replaces=_ASKS),
    "request.expired.v1": Telling(both, Subject.REQUEST, Category.REQUESTS, replaces=_ASKS),
    "request.invalidated.v1": Telling(who_had_it_open, Subject.REQUEST, Category.REQUESTS, replaces=_ASKS),
    "mentorship.started.v1": Telling(both, Subject.MENTORSHIP, Category.MENTORSHIP),
    "mentorship.activated.v1": Telling(both, Subject.MENTORSHIP, Category.MENTORSHIP),
    "mentorship.paused.v1": Telling(both, Subject.MENTORSHIP, Category.MENTORSHIP),
    "mentorship.resumed.v1": Telling(both, Subject.MENTORSHIP, Category.MENTORSHIP),
    "mentorship.extended.v1": Telling(both, Subject.MENTORSHIP, Category.MENTORSHIP),
    "mentorship.completing.v1": Telling(both, Subject.MENTORSHIP, Category.MENTORSHIP),
    "mentorship.completed.v1": Telling(both, Subject.MENTORSHIP, Category.MENTORSHIP),
    "mentorship.ended.v1": Telling(both, Subject.MENTORSHIP, Category.MENTORSHIP, actor=done_by("ended_by_id")),
    "agreement.proposed.v1": Telling(
        both,
        Subject.MENTORSHIP,
        Category.MENTORSHIP,
        Priority.PRESSING,
        actor=done_by("proposed_by_id"),
        acts=sign,
        replaces=("agreement.proposed.v1",),
    ),
    "agreement.signed.v1": Telling(who_signed_before, Subject.MENTORSHIP, Category.MENTORSHIP, acts=sign),
    "session.proposed.v1": Telling(
        both,
        Subject.MENTORSHIP,
        Category.APPOINTMENTS,
        Priority.PRESSING,
        actor=done_by("proposed_by_id"),
        acts=confirm_session,
    ),
    "session.confirmed.v1": Telling(
        both,
        Subject.MENTORSHIP,
        Category.APPOINTMENTS,
        Priority.FIRM,
        calendar=invites,
        replaces=("session.proposed.v1",),
    ),
    "session.changed.v1": Telling(
        both,
        Subject.MENTORSHIP,
        Category.APPOINTMENTS,
        Priority.FIRM,
        actor=done_by("changed_by_id"),
        calendar=moves,
        acts=confirm_session,
        replaces=("session.proposed.v1",),
    ),
    "session.held.v1": Telling(both, Subject.MENTORSHIP, Category.APPOINTMENTS),
    "session.missed.v1": Telling(both, Subject.MENTORSHIP, Category.APPOINTMENTS),
    "session.cancelled.v1": Telling(
        both,
        Subject.MENTORSHIP,
        Category.APPOINTMENTS,
        Priority.FIRM,
        actor=done_by("cancelled_by_id"),
        calendar=uninvites,
        replaces=("session.proposed.v1",),
    ),
    "feedback.requested.v1": Telling(
        who_gives_feedback, Subject.MENTORSHIP, Category.PROGRESS, Priority.PRESSING, acts=give_feedback
    ),
    "feedback.revealed.v1": Telling(
        whose_partner_wrote, Subject.MENTORSHIP, Category.PROGRESS, replaces=("feedback.requested.v1",)
    ),
    "introduction.offered.v1": Telling(
        who_is_asked,
        Subject.INTRODUCTION,
        Category.REQUESTS,
        Priority.PRESSING,
        actor=done_by("offered_by_id"),
        acts=answer_introduction,
    ),
    "introduction.accepted.v1": Telling(the_pair, Subject.INTRODUCTION, Category.REQUESTS),
    "introduction.declined.v1": Telling(who_offered, Subject.INTRODUCTION, Category.REQUESTS),
    "milestone.completed.v1": Telling(both, Subject.MENTORSHIP, Category.PROGRESS),
    "appreciation.sent.v1": Telling(thanked, Subject.MENTORSHIP, Category.PROGRESS),
    "appreciation.published.v1": Telling(
        both_while_shown, Subject.MENTORSHIP, Category.PROGRESS, actor=done_by("by_id")
    ),
    "task.created.v1": Telling(assignees, Subject.TASK, Category.TASKS),
    "nudge.due.v1": Telling(nudged, Subject.MENTORSHIP, Category.MENTORSHIP),
    "health.changed.v1": Telling(coordinators_of_what_is_grave, Subject.MENTORSHIP, Category.TASKS),
}
"""Of what happens in programs and between mentor and mentee."""

SHARING: Mapping[str, Telling] = {
    "resource.shared.v1": Telling(partner, Subject.MENTORSHIP, Category.PROGRAMS, actor=done_by("shared_by_id")),
    "opportunity.shared.v1": Telling(partner, Subject.MENTORSHIP, Category.PROGRAMS, actor=done_by("shared_by_id")),
}
"""Of what people share with a partner; with a whole program it is told to everybody: `ProgramNews`."""

MEETINGS: Mapping[str, Telling] = {
    "meeting.requested.v1": Telling(
        who_answers,
        Subject.MEETING,
        Category.NETWORKING,
        Priority.PRESSING,
        actor=done_by("by_id"),
        calendar=leaves_calendars,
        acts=answer_meeting,
    ),
    "meeting.accepted.v1": Telling(
        who_will_meet,
        Subject.MEETING,
        Category.APPOINTMENTS,
        Priority.FIRM,
        actor=done_by("by_id"),
        calendar=invites,
        replaces=("meeting.requested.v1",),
    ),
    "meeting.declined.v1": Telling(who_asked, Subject.MEETING, Category.NETWORKING, actor=done_by("by_id")),
    "meeting.cancelled.v1": Telling(
        the_two_concerned,
        Subject.MEETING,
        Category.APPOINTMENTS,
        Priority.FIRM,
        actor=done_by("by_id"),
        calendar=leaves_calendars,
        replaces=("meeting.requested.v1",),
    ),
    # Whoever was asked has let it pass, or was never told of it.
    "meeting.expired.v1": Telling(who_asked, Subject.MEETING, Category.NETWORKING),
    "topic.updated.v1": Telling(whom_it_concerns, Subject.TOPIC, Category.NETWORKING, actor=done_by("by_id")),
}
"""Of people who meet at events. Who has met is for their profiles: they were there."""

ROUNDS: Mapping[str, Telling] = {
    "rounds.published.v1": Telling(who_takes_part, Subject.EVENT, Category.APPOINTMENTS, Priority.FIRM, news=plan),
}
"""Of speed rounds: a new plan is told to whom it is another one for."""

SCHEDULES: Mapping[str, Telling] = {
    "schedule.published.v1": Telling(
        who_takes_part, Subject.EVENT, Category.APPOINTMENTS, Priority.FIRM, news=schedule
    ),
}
"""Of generated schedules: whoever has meetings in one hears of it once, and not of each meeting."""

TELLINGS: Mapping[str, Telling] = {**REGISTRATIONS, **RELATIONSHIPS, **SHARING, **MEETINGS, **ROUNDS, **SCHEDULES}

EVENT_CANCELLED = "event.cancelled.v1"
EVENT_UPDATED = "event.updated.v1"

EVENTS: Mapping[str, Telling] = {
    EVENT_CANCELLED: Telling(nobody_at_once, Subject.EVENT, Category.EVENTS, Priority.FIRM),
    EVENT_UPDATED: Telling(nobody_at_once, Subject.EVENT, Category.EVENTS, Priority.FIRM),
}
"""Of an event that is called off, or moved: told to everyone registered, page by page: `EventNews`."""

CATALOG: Mapping[str, Telling] = {**TELLINGS, **EVENTS}
"""Every type that people are told of."""


def telling_of(notification: Notification) -> Telling:
    """What there is to say of the type of message that it tells of."""
    return CATALOG[notification.type.removeprefix(PREFIX)]


UNTOLD: Mapping[str, str] = {
    "association.updated.v1": "Settings of the association: mails look different from then on.",
    "attendee.published.v1": "A ticket system's record: the member hears of the registration it leads to.",
    "attendee.removed.v1": "As the record: the registration that is cancelled by it is told of.",
    "block.set.v1": "Blocks are silent.",
    "block.lifted.v1": "Blocks are silent.",
    "enrollment.applied.v1": "Their own doing; coordinators have the list of applications.",
    "enrollment.resumed.v1": "Their own doing, one click after they were told of the pause.",
    "erasure.requested.v1": "Answered there and then; nothing is written to them afterwards.",
    "erasure.completed.v1": "One of several acknowledgments; the request's own page shows them.",
    "event.published.v1": "Who may be interested finds it in the list; there is nobody registered yet.",
    "event.finished.v1": "They were there.",
    "group.updated.v1": "Chapters and groups change quietly.",
    "match_run.published.v1": "Each pair of it is told by `mentorship.started`; a person's gather in one mail.",
    "member.registered.v1": "What belongs to an account comes from the association, whose sign-in it is.",
    "member.updated.v1": "Their own doing, or their association's records.",
    "member.deactivated.v1": "Told by the association, whose decision it is, with its reasons.",
    "member.merged.v1": "Two records of one person: to them nothing has changed.",
    "member.unmerged.v1": "As the merge.",
    "member.erased.v1": "Nothing is written to whom we were to forget.",
    "mentor.capacity_changed.v1": "The directory follows; the mentor's own doing.",
    "milestone.set.v1": "Work on a plan that both have open; only what is reached is news.",
    "milestone.updated.v1": "As the setting of one.",
    "notification.delivered.v1": "News of news.",
    "notification.failed.v1": "News of news; staff see it in the deliveries.",
    "people.met.v1": "They were there; it appears on their profiles.",
    "people.met_reverted.v1": "As the meeting.",
    "program.opened.v1": "Nobody takes part yet; coordinators announce it to whom they choose.",
    "program.updated.v1": "Its texts and dates follow wherever they are read.",
    "program.completed.v1": "Each mentorship's own end is told of.",
    "registration.checked_in.v1": "They stand at the desk.",
    "registration.check_in_reverted.v1": "A mistake at the desk that is put right.",
    "registration.no_show.v1": "They know; a reproach helps nobody.",
    "request.viewed.v1": "Shown on the request; to be told that somebody is looking only presses both.",
}
"""Every other type, and why nobody is told."""
