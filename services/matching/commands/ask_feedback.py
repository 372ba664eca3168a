"""A pair is asked for feedback: at once, or when the time for it has come."""

from datetime import UTC, date, datetime, time, timedelta

from services.matching.commands.announce_feedback import announce_feedback_requested
from services.matching.commands.session_times import program_of, settings_of
from services.matching.domain.enrollment import MERGED
from services.matching.domain.mentorship import Mentorship, MentorshipState
from services.matching.domain.program import Format, Program, Settings
from services.matching.domain.questions import IMPACTS, SurveyKind
from services.matching.domain.session import Session
from services.matching.domain.survey import Survey, SurveyState
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

_NOT_ASKED = ("erased", MERGED)
"""Reasons of an end after which there are no two who could answer."""

_OTHER_WAY = "other_way"
"""What a survey is about that asks the one of two peers who is not asked as the mentee."""


def ask_of_session(transaction: Transaction, store: Store, mentorship: Mentorship, session: Session) -> None:
    """Both are asked how a session was that they held; once, however often that is contested.

    Whoever meets only once is asked at the end, which comes with it.
    """
    program = program_of(transaction, store, mentorship)
    if program.format is not Format.FLASH:
        _ask_now(transaction, store, program, mentorship, SurveyKind.SESSION, session.id, session_id=session.id)


def ask_at_close(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """Both are asked at the end that they agreed on; once more where they go on to another one."""
    program = program_of(transaction, store, mentorship)
    _ask_now(transaction, store, program, mentorship, SurveyKind.CLOSE, mentorship.ends_on or "")


def ask_at_early_end(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """Both are asked, where they had begun and are still two."""
    if mentorship.activated_at is not None and mentorship.ended_reason not in _NOT_ASKED:
        program = program_of(transaction, store, mentorship)
        _ask_now(transaction, store, program, mentorship, SurveyKind.EARLY_END, "")


def plan_midpoint(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """Half-way to the agreed end both will be asked; who meets once is not."""
    halfway = _halfway(mentorship)
    program = program_of(transaction, store, mentorship)
    if halfway is not None and program.format is not Format.FLASH:
        _plan(transaction, store, program, mentorship, SurveyKind.MIDPOINT, halfway)


def plan_impacts(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """Some time after the good end the mentee will be asked what has come of it; of peers each, apart."""
    program = program_of(transaction, store, mentorship)
    for kind, after in zip(IMPACTS, program.settings.impact_days, strict=True):
        due_at = transaction.now + timedelta(days=after)
        _plan(transaction, store, program, mentorship, kind, due_at)
        if program.format is Format.PEER:
            _plan(transaction, store, program, mentorship, kind, due_at, _OTHER_WAY)


def follow_up_survey(transaction: Transaction, store: Store, survey_id: str) -> Survey | None:
    """The survey, where the time has come to ask; what is not to be asked any more is dropped, or put off."""
    survey = store.surveys.find(transaction.tenant, survey_id, transaction.session)
    if survey is None or survey.due_at is None or survey.due_at > transaction.now:
        return None
    if survey.state is not SurveyState.SCHEDULED:
        return survey
    mentorship = store.mentorships.get(transaction.tenant, survey.mentorship_id, transaction.session)
    settings = settings_of(transaction, store, mentorship)
    due_at = _time_of(survey, mentorship, settings, transaction.now)
    apart = store.pairs.take(transaction.session, transaction.tenant, *mentorship.parties)
    if due_at is None or apart:
        store.surveys.save(transaction.session, survey.dropped(transaction.now))
    elif due_at > transaction.now:
        store.surveys.save(transaction.session, survey.put_off(due_at, transaction.now))
    else:
        touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
        asked = survey.asked(_window(survey.kind, settings), transaction.now)
        announce_feedback_requested(transaction, touched, store.surveys.save(transaction.session, asked))
    return None


def _time_of(survey: Survey, mentorship: Mentorship, settings: Settings, now: datetime) -> datetime | None:
    """When a scheduled survey is to be asked by what is so now; None for never."""
    if survey.kind in IMPACTS:
        return survey.due_at if mentorship.state is MentorshipState.COMPLETED else None
    if mentorship.state is MentorshipState.ON_HOLD:
        return now + _window(survey.kind, settings)
    return _halfway(mentorship) if mentorship.state is MentorshipState.ACTIVE else None


def _halfway(mentorship: Mentorship) -> datetime | None:
    if mentorship.activated_at is None or mentorship.ends_on is None:
        return None
    ends_at = datetime.combine(date.fromisoformat(mentorship.ends_on), time(), UTC)
    return mentorship.activated_at + (ends_at - mentorship.activated_at) / 2


def _window(kind: SurveyKind, settings: Settings) -> timedelta:
    """How long one may answer; nobody waits for what has come of it, so that is until the next time."""
    first, second = settings.impact_days
    return timedelta(days=second - first if kind in IMPACTS else settings.feedback_reveal_days)


def _plan(
    transaction: Transaction,
    store: Store,
    program: Program,
    mentorship: Mentorship,
    kind: SurveyKind,
    due_at: datetime,
    about: str = "",
) -> None:
    if not store.surveys.has(transaction.session, mentorship, kind, about):
        store.surveys.insert(transaction.session, _survey(transaction, program, mentorship, kind, about, due_at=due_at))


def _ask_now(
    transaction: Transaction,
    store: Store,
    program: Program,
    mentorship: Mentorship,
    kind: SurveyKind,
    about: str,
    *,
    session_id: str | None = None,
) -> None:
    """The mentorship has been saved in this transaction: its version is the message's, and keeps out a second asker."""
    if store.surveys.has(transaction.session, mentorship, kind, about):
        return
    planned = _survey(transaction, program, mentorship, kind, about, session_id=session_id)
    asked = planned.asked(_window(kind, program.settings), transaction.now)
    store.surveys.insert(transaction.session, asked)
    announce_feedback_requested(transaction, mentorship, asked)


def _survey(
    transaction: Transaction,
    program: Program,
    mentorship: Mentorship,
    kind: SurveyKind,
    about: str,
    *,
    due_at: datetime | None = None,
    session_id: str | None = None,
) -> Survey:
    mentor_id, mentee_id = reversed(mentorship.parties) if about == _OTHER_WAY else mentorship.parties
    return Survey(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        program_id=mentorship.program_id,
        mentorship_id=mentorship.id,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        kind=kind,
        about=about,
        due_at=due_at,
        session_id=session_id,
        peers=program.format is Format.PEER,
    )
