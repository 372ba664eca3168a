"""What of a pair's shared things stays when one of the two is erased: the other's words, and that there were others.

Where nobody kept who wrote something, it goes.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.matching.domain.agreement import Agreement, FormerAgreement
from services.matching.domain.appreciation import Appreciation
from services.matching.domain.enrollment import Role
from services.matching.domain.goal import Goal
from services.matching.domain.introduction import Introduction
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.milestone import Milestone
from services.matching.domain.request import Exchange, Request
from services.matching.domain.session import Session

GONE = "…"
"""Stands where the erased had written."""


def request_without(request: Request, ids: Collection[str]) -> Request:
    """The request without what these wrote: message and answers are the mentee's, questions the mentor's."""
    if request.mentee_id in ids:
        exchanges = tuple(Exchange(each.question, None if each.answer is None else GONE) for each in request.exchanges)
        request = replace(request, message=GONE, goal=None, exchanges=exchanges)
    if request.mentor_id in ids:
        request = replace(request, exchanges=tuple(Exchange(GONE, each.answer) for each in request.exchanges))
    return request


def mentorship_without(mentorship: Mentorship, ids: Collection[str]) -> Mentorship:
    """The mentorship without the words of agreements that these proposed; what was agreed in numbers stays."""
    return replace(
        mentorship,
        agreement=_agreement_without(mentorship.agreement, ids),
        in_force=_agreement_without(mentorship.in_force, ids),
    )


def former_without(former: FormerAgreement, ids: Collection[str]) -> FormerAgreement:
    """The former version, likewise."""
    agreement = former.agreement
    return former if agreement.proposed_by not in ids else replace(former, agreement=_without_words(agreement))


def _agreement_without(agreement: Agreement | None, ids: Collection[str]) -> Agreement | None:
    return agreement if agreement is None or agreement.proposed_by not in ids else _without_words(agreement)


def _without_words(agreement: Agreement) -> Agreement:
    terms = replace(
        agreement.terms,
        goals=tuple(GONE for _ in agreement.terms.goals),
        channels=tuple(GONE for _ in agreement.terms.channels),
        boundaries=_gone(agreement.terms.boundaries),
        confidentiality=_gone(agreement.terms.confidentiality),
        feedback=_gone(agreement.terms.feedback),
        no_fault_exit=_gone(agreement.terms.no_fault_exit),
    )
    return replace(agreement, terms=terms)


def session_without(session: Session, ids: Collection[str]) -> Session:
    """The session without these people's notes and actions, and without a place that they proposed."""
    return replace(
        session,
        notes=_gone(session.notes) if session.notes_by is None or session.notes_by in ids else session.notes,
        actions=tuple(
            replace(each, text=GONE) if each.by is None or each.by in ids else each for each in session.actions
        ),
        place=None if session.proposed_by in ids else session.place,
    )


def goal_without(goal: Goal, sides: Collection[Role]) -> Goal:
    """The goal without the words of these of the two; that there was one, and how it ended, stays."""
    if goal.words_by in sides:
        goal = replace(goal, statement=GONE, measure=None if goal.measure is None else GONE)
    return replace(
        goal, progress=tuple(replace(each, text=GONE) if each.by in sides else each for each in goal.progress)
    )


def milestone_without(milestone: Milestone, ids: Collection[str], *, of_mentee: bool) -> Milestone:
    """The milestone without these people's words; `of_mentee`: one of them was the mentee, whose level it tells."""
    of_template = milestone.title_by is None and milestone.plan_item_id is not None
    if not of_template and (milestone.title_by is None or milestone.title_by in ids):
        milestone = replace(milestone, title=GONE, skill=None)
    if milestone.evidence_by is None or milestone.evidence_by in ids:
        milestone = replace(milestone, evidence=None if milestone.evidence is None else GONE)
    return replace(milestone, level=None) if of_mentee else milestone


def appreciation_without(thanks: Appreciation, ids: Collection[str]) -> Appreciation:
    """Thanks, without the words where one of these gave them; not to be shown, where one of these agreed to that."""
    kept = thanks.hidden_for(ids)
    return replace(kept, text=GONE) if thanks.from_id in ids else kept


def introduction_without(introduction: Introduction, ids: Collection[str], now: datetime) -> Introduction:
    """The introduction, withdrawn where it waits, without the words where one of these introduced."""
    if introduction.is_open:
        introduction = introduction.withdrawn(now)
    if introduction.offered_by in ids:
        introduction = replace(introduction, message=_gone(introduction.message))
    return introduction


def _gone(text: str) -> str:
    return GONE if text else ""
