"""An introduction is accepted or declined by the third, or taken back."""

from services.matching.commands.announce_mentorship import announce_introduction
from services.matching.domain.introduction import Introduction, IntroductionState, Role
from services.matching.store import Store
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction

_TOLD = {IntroductionState.ACCEPTED: "introduction.accepted.v1", IntroductionState.DECLINED: "introduction.declined.v1"}


def answer_introduction(
    transaction: Transaction, store: Store, introduction: Introduction, by: str, verb: str
) -> Introduction:
    """After `accept` or `decline`; whoever offered it is told, the one introduced only of a yes.

    Raises NotFound, IllegalTransition.
    """
    answered = store.introductions.save(transaction.session, introduction.answered(verb, by, transaction.now))
    mentorship = store.mentorships.get(transaction.tenant, introduction.mentorship_id, transaction.session)
    touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
    announce_introduction(transaction, _TOLD[answered.state], touched, answered)
    return answered


def withdraw_introduction(transaction: Transaction, store: Store, introduction: Introduction, by: str) -> Introduction:
    """Taken back by either of the pair, before the third has answered. Raises NotFound, IllegalTransition."""
    if introduction.role_of(by) is Role.THIRD:
        raise NotFound("introduction of yours", introduction.id)
    return store.introductions.save(transaction.session, introduction.withdrawn(transaction.now))


def withdraw_introductions(transaction: Transaction, store: Store, mentorship_id: str) -> None:
    """All of a pair that wait for an answer: it is a pair no more."""
    for each in store.introductions.open_of(transaction.session, transaction.tenant, mentorship_id):
        store.introductions.save(transaction.session, each.withdrawn(transaction.now))
