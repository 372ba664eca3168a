"""Whom somebody would be introduced to agrees, or would rather not."""

from collections.abc import Sequence

from services.matching.api.act_pages.names import shown_name
from services.matching.api.act_pages.refusals import refusal
from services.matching.commands.answer_introduction import answer_introduction
from services.matching.domain.introduction import Introduction, IntroductionState, Role
from services.matching.store import Store
from shared.contracts.acts import Act
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction
from shared.web.act_pages import Asked, Entry, PageAct, Quote, Sight, Standing, isolated

_VERBS = {Act.ACCEPT_INTRODUCTION: "accept", Act.DECLINE_INTRODUCTION: "decline"}
_DONE = {
    Act.ACCEPT_INTRODUCTION: IntroductionState.ACCEPTED,
    Act.DECLINE_INTRODUCTION: IntroductionState.DECLINED,
}


def introduction_acts(store: Store) -> Sequence[PageAct]:
    """The two answers of the third."""

    def theirs(asked: Asked) -> Introduction:
        introduction = store.introductions.get(asked.tenant, asked.subject_id, asked.session)
        if introduction.role_of(asked.member_id) is not Role.THIRD:
            raise NotFound("introduction to you", introduction.id)
        return introduction

    def look(asked: Asked) -> Sight:
        introduction = theirs(asked)
        names = [
            isolated(shown_name(store, asked.tenant, each, asked.session))
            for each in (introduction.offered_by, introduction.introduced)
        ]
        return Sight(
            _standing(introduction, asked),
            {"by": names[0], "other": names[1], "state": introduction.state.value},
            quotes=[Quote("message", introduction.message)] if introduction.message else (),
        )

    def answer(transaction: Transaction, asked: Asked, _sight: Sight, _entry: Entry) -> None:
        answer_introduction(transaction, store, theirs(asked), asked.member_id, _VERBS[asked.act])

    return tuple(PageAct(act, "introduction", look, answer, refusal) for act in _VERBS)


def _standing(introduction: Introduction, asked: Asked) -> Standing:
    if introduction.is_open:
        return Standing.OPEN
    return Standing.DONE if introduction.state is _DONE[asked.act] else Standing.OVER
