"""What matching holds of a member and the member may know.

Of a pair it is what either may read of it, less what only the partner wrote: the partner's message, questions and
reason for leaving are the partner's own. What both work on together (agreement, sessions, milestones) is whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.matching.domain.agreement import Agreement
from services.matching.domain.appreciation import Appreciation
from services.matching.domain.attendance import Attendance
from services.matching.domain.enrollment import Enrollment, Role
from services.matching.domain.mentor_load import MentorLoad
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.milestone import Milestone
from services.matching.domain.request import Request
from services.matching.domain.session import Session
from services.matching.domain.task import Task
from services.matching.store import Store
from shared.storage import Repository
from shared.web.export_share import Asked, Sections

Shown = Mapping[str, Any]


def export_share(store: Store, asked: Asked) -> Sections | None:
    """The sections of the member; None where no message has told of them. A coordinator gets no content of pairs."""
    member = store.copies.find(asked.tenant, asked.member_id)
    if member is None:
        return None
    me = asked.member_id
    own: Mapping[str, Any] = {"member_id": {"$in": sorted(store.merges.known_as(asked.tenant, me))}}
    either = {"$or": [{"mentor_id": me}, {"mentee_id": me}]}
    pairs = store.mentorships.page(asked.tenant, either, limit=0)
    enrollments = store.enrollments.page(asked.tenant, own, limit=0)
    of_mentor = {**own, "program_id": {"$in": sorted({each.program_id for each in enrollments})}}
    requests = store.requests.page(asked.tenant, store.requests.shown_to(me), limit=0)
    sections: dict[str, Sequence[Shown]] = {
        "enrollments": [_enrollment(each) for each in enrollments],
        "mentor_loads": [_load(each) for each in store.loads.page(asked.tenant, of_mentor, limit=0)],
        "attendances": [_attendance(each) for each in store.attendances.page(asked.tenant, own, limit=0)],
        "tasks": [_task(each) for each in store.tasks.of_assignee(asked.tenant, own["member_id"]["$in"])],
        "requests": [_request(each, me, whole=asked.whole) for each in requests],
        "mentorships": [_mentorship(each, me, whole=asked.whole) for each in pairs],
    }
    return sections | _between_the_two(store, asked, pairs) if asked.whole else sections


def _between_the_two(store: Store, asked: Asked, pairs: Sequence[Mentorship]) -> dict[str, Sequence[Shown]]:
    inside = {"mentorship_id": {"$in": [each.id for each in pairs]}}

    def found(repository: Repository[Any]) -> Sequence[Any]:
        return repository.page(asked.tenant, inside, limit=0)

    return {
        "sessions": [_session(each) for each in found(store.mentorships.sessions)],
        "milestones": [_milestone(each) for each in found(store.mentorships.milestones)],
        "appreciations": [_appreciation(each) for each in found(store.mentorships.appreciations)],
    }


def _enrollment(enrollment: Enrollment) -> Shown:
    names = ("id", "program_id", "role", "capacity", "state", "event_id", "registration_id", "reason", "updated_at")
    return _fields(enrollment, *names)


def _load(load: MentorLoad) -> Shown:
    return _fields(load, "program_id", "capacity", "reserved", "active", "paused", "answer_hours", "updated_at")


def _attendance(attendance: Attendance) -> Shown:
    opted_into = sorted(role.value for role in attendance.opted_into())
    return _fields(attendance, "event_id", "attends", "was_there", "updated_at") | {"opted_into": opted_into}


def _task(task: Task) -> Shown:
    names = ("id", "program_id", "kind", "mentorship_id", "due_on", "reason", "state", "created_at", "settled_at")
    return _fields(task, *names)


def _request(request: Request, me: str, *, whole: bool) -> Shown:
    names = ("id", "program_id", "list_id", "rank", "mode", "mentee_id", "mentor_id", "state", "expires_at")
    shown = _fields(request, *names, "reason", "mentorship_id", "updated_at")
    if not whole:
        return shown
    if request.side_of(me) is Role.MENTEE:
        goal = None if request.goal is None else asdict(request.goal)
        return shown | {
            "goal": goal,
            "message": request.message,
            "answers": [each.answer for each in request.exchanges],
        }
    return shown | {"questions": [each.question for each in request.exchanges]}


def _mentorship(mentorship: Mentorship, me: str, *, whole: bool) -> Shown:
    names = ("id", "program_id", "mentor_id", "mentee_id", "group_id", "origin", "request_id", "match_run_id", "state")
    dates = ("started_at", "activated_at", "ends_on", "ended_at", "last_contact_at")
    shown = _fields(mentorship, *names, *dates)
    if not whole:
        return shown
    agreements = {"agreement": mentorship.agreement, "in_force": mentorship.in_force}
    left = {"ended_reason": mentorship.ended_reason} if mentorship.ended_by == me else {}
    return shown | {name: _agreement(agreement) for name, agreement in agreements.items()} | left


def _agreement(agreement: Agreement | None) -> Shown | None:
    if agreement is None:
        return None
    return asdict(agreement.terms) | _fields(agreement, "version", "proposed_by", "signed_by")


def _session(session: Session) -> Shown:
    names = ("id", "mentorship_id", "proposed_by", "starts_at", "duration_minutes", "format", "place", "notes")
    return _fields(session, *names, "actions", "state", "cancelled_by", "missed_by", "late", "updated_at")


def _milestone(milestone: Milestone) -> Shown:
    names = ("id", "mentorship_id", "title", "due_on", "skill", "level", "evidence", "state", "completed_at")
    return _fields(milestone, *names)


def _appreciation(thanks: Appreciation) -> Shown:
    return _fields(thanks, "id", "mentorship_id", "from_id", "to_id", "text", "public", "sent_at")


def _fields(source: object, *names: str) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}
