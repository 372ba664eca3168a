"""What matching holds of a member and the member may know.

Of a pair it is what either may read of it, less what only the partner wrote: the partner's message, questions and
reason for leaving are the partner's own. What both work on together (agreement, sessions, milestones) is whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.matching.domain.agreement import Agreement, FormerAgreement
from services.matching.domain.appreciation import Appreciation
from services.matching.domain.attendance import Attendance
from services.matching.domain.block import Block
from services.matching.domain.enrollment import Enrollment, Role
from services.matching.domain.goal import Goal
from services.matching.domain.introduction import Introduction
from services.matching.domain.measure import Measure
from services.matching.domain.member import Member
from services.matching.domain.mentor_load import MentorLoad
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.milestone import Milestone
from services.matching.domain.plan_item import PlanItem
from services.matching.domain.rating import Rating
from services.matching.domain.report import Report
from services.matching.domain.request import Request
from services.matching.domain.session import Session
from services.matching.domain.shared_item import SharedItem
from services.matching.domain.survey import ASKED, Survey
from services.matching.domain.task import Task
from services.matching.store import Store, introductions
from services.matching.store.blocks import shown_to
from services.matching.store.reports import filed_by
from services.matching.themes.names import spoken
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
        "encounters": store.encounters.of_members(asked.tenant, own["member_id"]["$in"]),
        "tasks": [_task(each) for each in store.tasks.of_assignee(asked.tenant, own["member_id"]["$in"])],
        "introductions": [
            _introduction(each, me, whole=asked.whole)
            for each in store.introductions.page(asked.tenant, introductions.shown_to(me), limit=0)
        ],
        "shared_items": [_shared_item(each, whole=asked.whole) for each in store.shared_items.by(asked.tenant, me)],
        "requests": [_request(each, me, whole=asked.whole) for each in requests],
        "mentorships": [_mentorship(each, me, whole=asked.whole) for each in pairs],
    }
    if about := _themes(member):
        sections["themes"] = [about]
    if asked.whole:
        filed, mine = filed_by(own["member_id"]["$in"]), {"member_id": me}
        sections["reports"] = [_report(each) for each in store.reports.page(asked.tenant, filed, limit=0)]
        sections["measures"] = [_measure(each) for each in store.measures.page(asked.tenant, mine, limit=0)]
        sections["blocks"] = [_block(each) for each in store.blocks.page(asked.tenant, shown_to(me), limit=0)]
    return sections | _between_the_two(store, asked, pairs) if asked.whole else sections


def _themes(member: Member) -> Shown:
    """What was found that their texts are about."""
    found = {"goals": member.goal_themes, "skills": member.skill_themes}
    return {of: [spoken(theme) for theme in themes] for of, themes in found.items() if themes}


def _between_the_two(store: Store, asked: Asked, pairs: Sequence[Mentorship]) -> dict[str, Sequence[Shown]]:
    inside = {"mentorship_id": {"$in": [each.id for each in pairs]}}

    def found(repository: Repository[Any]) -> Sequence[Any]:
        return repository.page(asked.tenant, inside, limit=0)

    former = store.agreements.of(asked.tenant, [each.id for each in pairs])
    return {
        "agreements": [_former(each) for each in former],
        "goals": [_goal(each) for each in found(store.goals)],
        "plan": [_planned(each) for each in found(store.plan_items)],
        "ratings": [_rating(each) for each in found(store.ratings)],
        "sessions": [_session(each) for each in found(store.mentorships.sessions)],
        "private_notes": [
            _fields(each, "mentorship_id", "session_id", "text", "updated_at")
            for each in store.private_notes.of_author(asked.tenant, asked.member_id)
        ],
        "milestones": [_milestone(each) for each in found(store.mentorships.milestones)],
        "appreciations": [_appreciation(each) for each in found(store.mentorships.appreciations)],
        "feedback": [
            _survey(each, asked.member_id)
            for each in found(store.surveys)
            if each.state in ASKED and asked.member_id in each.asked_ids
        ],
    }


def _enrollment(enrollment: Enrollment) -> Shown:
    names = ("id", "program_id", "role", "capacity", "state", "event_id", "registration_id", "reason", "updated_at")
    return _fields(enrollment, *names)


def _load(load: MentorLoad) -> Shown:
    return _fields(load, "program_id", "capacity", "reserved", "active", "paused", "answer_hours", "updated_at")


def _attendance(attendance: Attendance) -> Shown:
    opted_into = sorted(role.value for role in attendance.opted_into())
    return _fields(attendance, "event_id", "attends", "was_there", "updated_at") | {"opted_into": opted_into}


def _block(block: Block) -> Shown:
    return _fields(block, "member_id", "since")


def _report(report: Report) -> Shown:
    """What they reported. Reports about them are the reporters' and the staff's."""
    return _fields(report, "id", "reported_id", "category", "text", "state", "created_at", "closed_at")


def _measure(measure: Measure) -> Shown:
    return _fields(measure, "id", "kind", "category", "state", "since", "until", "appeal")


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


def _former(former: FormerAgreement) -> Shown:
    return {**_fields(former, "mentorship_id", "superseded_at"), **(_agreement(former.agreement) or {})}


def _goal(goal: Goal) -> Shown:
    names = ("id", "mentorship_id", "statement", "measure", "target_date", "state", "agreed_in", "closed_at")
    return _fields(goal, *names) | {"progress": [asdict(each) for each in goal.progress]}


def _planned(item: PlanItem) -> Shown:
    return _fields(item, "id", "mentorship_id", "kind", "owner", "title", "due_on", "state", "settled_at")


def _rating(rating: Rating) -> Shown:
    return _fields(rating, "id", "mentorship_id", "goal_id", "skill", "moment", "level", "by", "rated_at")


def _session(session: Session) -> Shown:
    names = ("id", "mentorship_id", "proposed_by", "starts_at", "duration_minutes", "format", "place", "notes")
    said = [_fields(each, "by", "absent", "at") for each in session.words]
    actions = [_fields(each, "text", "owner_id", "state") for each in session.actions]
    shown = _fields(session, *names, "state", "cancelled_by", "missed_by", "late", "attendance", "updated_at")
    return shown | {"actions": actions, "words": said}


def _milestone(milestone: Milestone) -> Shown:
    names = ("id", "mentorship_id", "title", "due_on", "skill", "level", "evidence", "state", "completed_at")
    return _fields(milestone, *names)


def _appreciation(thanks: Appreciation) -> Shown:
    names = ("id", "mentorship_id", "from_id", "to_id", "kind", "text", "public", "receiver_agrees", "sent_at")
    return _fields(thanks, *names)


def _survey(survey: Survey, me: str) -> Shown:
    """One's own answer, and the partner's as far as one may read it."""
    mine, theirs = survey.answer_of(me), survey.seen_by(me)
    shown = _fields(survey, "id", "mentorship_id", "kind", "session_id", "state", "asked_at", "reveals_at")
    words = ("ratings", "text", "written_at")
    return shown | {
        "mine": None if mine is None else _fields(mine, *words, "share_with_coordinators"),
        "theirs": None if theirs is None else _fields(theirs, *words),
    }


def _introduction(introduction: Introduction, me: str, *, whole: bool) -> Shown:
    """To each of the three what they may see; the words to whom they are of alone."""
    shown = _fields(introduction, "id", "state", "offered_by", "introduced", "offered_at", "answered_at")
    if introduction.shows_the_third_to(me):
        shown |= _fields(introduction, "introduced_to")
    return shown | _fields(introduction, "message") if whole and me == introduction.offered_by else shown


def _shared_item(item: SharedItem, *, whole: bool) -> Shown:
    """The words to a coordinator, too, where they are for a whole program."""
    shown = _fields(item, "id", "family", "kind", "program_id", "mentorship_id", "shared_at")
    words = whole or item.mentorship_id is None
    return shown | _fields(item, "title", "text", "url", "until") if words else shown


def _fields(source: object, *names: str) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names}
