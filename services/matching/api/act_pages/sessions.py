"""One of a pair agrees to the time that the other proposed."""

from collections.abc import Sequence

from services.matching.api.act_pages.names import shown_name, zone_of
from services.matching.api.act_pages.refusals import refusal
from services.matching.commands.change_session import change_session, to_be
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.session import Session, SessionState
from services.matching.store import Store
from shared.contracts.acts import Act
from shared.messaging.unit_of_work import Transaction
from shared.web.act_pages import Asked, Entry, PageAct, Quote, Sight, Standing, isolated


def session_acts(store: Store) -> Sequence[PageAct]:
    """The confirmation."""

    def pair_and_session(asked: Asked) -> tuple[Mentorship, Session]:
        session = store.mentorships.sessions.get(asked.tenant, asked.subject_id, asked.session)
        return store.mentorships.get(asked.tenant, session.mentorship_id, asked.session), session

    def look(asked: Asked) -> Sight:
        mentorship, session = pair_and_session(asked)
        partner = mentorship.partner_of(asked.member_id)
        return Sight(
            _standing(session, asked.member_id),
            {
                "other": isolated(shown_name(store, asked.tenant, partner, asked.session)),
                "starts_at": session.starts_at,
                "minutes": session.duration_minutes,
                "format": None if session.format is None else session.format.value,
                "state": session.state.value,
                "own": session.proposed_by == asked.member_id,
            },
            quotes=[
                *([Quote("place", session.place)] if session.place else ()),
                *([Quote("notes", session.notes)] if session.notes else ()),
            ],
            seen=str(session.sequence),
            zone=zone_of(store, asked.tenant, asked.member_id, asked.session),
        )

    def confirm(transaction: Transaction, asked: Asked, _sight: Sight, _entry: Entry) -> None:
        mentorship, session = pair_and_session(asked)
        change_session(transaction, store, mentorship, session, asked.member_id, to_be(session, SessionState.CONFIRMED))

    return (PageAct(Act.CONFIRM_SESSION, "session", look, confirm, refusal),)


def _standing(session: Session, member_id: str) -> Standing:
    if session.state is SessionState.PROPOSED:
        return Standing.OVER if session.proposed_by == member_id else Standing.OPEN
    return Standing.DONE if session.state is SessionState.CONFIRMED else Standing.OVER
