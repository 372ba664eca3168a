"""One of a pair signs the agreement: the version that they have read."""

from collections.abc import Iterator, Sequence

from services.matching.api.act_pages.names import shown_name
from services.matching.api.act_pages.refusals import refusal
from services.matching.commands.sign_agreement import sign_agreement
from services.matching.domain.agreement import NO_FAULT_EXIT, Terms
from services.matching.domain.mentorship import MENTORSHIP, Mentorship
from services.matching.store import Store
from shared.contracts.acts import Act
from shared.errors import NotFound
from shared.messaging.unit_of_work import Transaction
from shared.web.act_pages import Asked, Entry, PageAct, Quote, Sight, Standing, isolated


def agreement_acts(store: Store) -> Sequence[PageAct]:
    """The signature."""

    def look(asked: Asked) -> Sight:
        mentorship = store.mentorships.get(asked.tenant, asked.subject_id, asked.session)
        partner = mentorship.partner_of(asked.member_id)
        agreement = mentorship.agreement
        if agreement is None:
            raise NotFound("agreement", mentorship.id)
        terms = agreement.terms
        return Sight(
            _standing(mentorship, asked.member_id),
            {
                "other": isolated(shown_name(store, asked.tenant, partner, asked.session)),
                "complete": set(agreement.signed_by) == set(mentorship.parties),
                "version": agreement.version,
                "format": terms.format.value,
                "frequency": terms.frequency.value,
                "weeks": terms.duration_weeks,
            },
            quotes=list(_quotes(terms)),
            seen=str(agreement.version),
        )

    def sign(transaction: Transaction, asked: Asked, sight: Sight, _entry: Entry) -> None:
        mentorship = store.mentorships.get(transaction.tenant, asked.subject_id, transaction.session)
        sign_agreement(transaction, store, mentorship, asked.member_id, int(sight.seen))

    return (PageAct(Act.SIGN_AGREEMENT, "agreement", look, sign, refusal),)


def _standing(mentorship: Mentorship, member_id: str) -> Standing:
    if mentorship.agreement is not None and member_id in mentorship.agreement.signed_by:
        return Standing.DONE
    return Standing.OPEN if MENTORSHIP.allows(mentorship.state, "agree") else Standing.OVER


def _quotes(terms: Terms) -> Iterator[Quote]:
    """All that is signed and said in so many words; the usual way out is said by the page in the reader's language."""
    for goal in terms.goals:
        yield Quote("goal", goal)
    if terms.channels:
        yield Quote("channels", "\n".join(terms.channels))
    for name, text in terms.texts.items():
        if text and text != NO_FAULT_EXIT:
            yield Quote(name, text)
