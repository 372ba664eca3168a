"""One of a pair answers a survey; what both wrote is revealed at one moment, once."""

from collections.abc import Mapping
from dataclasses import replace

from services.matching.commands.announce_feedback import announce_feedback_revealed
from services.matching.commands.ask_feedback import follow_up_survey
from services.matching.commands.send_appreciation import send_appreciation
from services.matching.domain.appreciation import AppreciationKind
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.questions import IMPACTS
from services.matching.domain.survey import Answer, Survey, SurveyState
from services.matching.store import Store
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction


def write_feedback(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    survey_id: str,
    by: str,
    *,
    ratings: Mapping[str, int],
    text: str = "",
    share_with_coordinators: bool = False,
) -> Survey:
    """Keeps the answer, in the place of the one before; the last who is waited for reveals it.

    Of an answer that reveals nothing no trace shows to the partner, not even in a version. What has come of a
    mentorship goes to the former mentor as a word of its own, and is kept there.

    Raises NotFound, Invalid, NoThanks, and IllegalTransition once it was revealed or its time is over.
    """
    mentorship.partner_of(by)
    survey = store.surveys.get(transaction.tenant, survey_id, transaction.session)
    if survey.mentorship_id != mentorship.id or survey.state is SurveyState.SCHEDULED:
        raise NotFound("survey", survey_id)
    answer = Answer(by, transaction.now, dict(ratings), text, share_with_coordinators)
    apart = store.pairs.take(transaction.session, transaction.tenant, *mentorship.parties)
    answered = survey.answered(answer, transaction.now, apart=apart)
    if survey.kind not in IMPACTS:
        return _kept(transaction, store, mentorship, answered)
    send_appreciation(transaction, store, mentorship, by, text=text, kind=AppreciationKind.PROGRESS)
    return store.surveys.save(transaction.session, replace(answered, answers=(replace(answer, text=""),)))


def reveal_feedback(transaction: Transaction, store: Store, survey_id: str) -> None:
    """A survey's time has come: it is asked, or what there is of it is revealed."""
    survey = follow_up_survey(transaction, store, survey_id)
    if survey is None:
        return
    mentorship = store.mentorships.get(transaction.tenant, survey.mentorship_id, transaction.session)
    apart = store.pairs.take(transaction.session, transaction.tenant, *mentorship.parties)
    _kept(transaction, store, mentorship, survey.over(transaction.now, apart=apart))


def _kept(transaction: Transaction, store: Store, mentorship: Mentorship, survey: Survey) -> Survey:
    saved = store.surveys.save(transaction.session, survey)
    if saved.state is SurveyState.REVEALED and not saved.withheld:
        touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
        announce_feedback_revealed(transaction, touched, saved)
    return saved
