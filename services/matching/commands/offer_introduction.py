"""A mentor would introduce the mentee to a third member."""

from services.matching.commands.announce_mentorship import announce_introduction
from services.matching.domain.introduction import Introduction
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Format
from services.matching.store import Store
from shared.errors import Fault, Forbidden, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def offer_introduction(
    transaction: Transaction, store: Store, mentorship: Mentorship, by: str, introduced_to: str, message: str
) -> Introduction:
    """The offer, of which the third is told, and the partner only sees that there is one.

    Among peers either may introduce the other. Raises NotFound, IllegalTransition, Forbidden, Invalid, AlreadyOffered.
    """
    tenant, session = transaction.tenant, transaction.session
    partner = mentorship.partner_of(by)
    mentorship.require_work()
    program = store.programs.get(tenant, mentorship.program_id, session)
    if by != mentorship.mentor_id and program.format is not Format.PEER:
        raise Forbidden("Only the mentor introduces the mentee to somebody.")
    third = store.merges.survivor(tenant, introduced_to, session)
    if third in mentorship.parties:
        raise Invalid([Fault("/introduced_to_id", "Must be somebody else than the two.")])
    known = store.copies.find(tenant, third, session)
    if known is None or not known.may_start_something:
        raise Invalid([Fault("/introduced_to_id", "There is no member with this id who can be introduced.")])
    # Each pair is taken: whoever blocks one of them at this moment finds the offer, or is found here.
    apart = [store.pairs.take(session, tenant, each, third) for each in mentorship.parties]
    introduction = Introduction(
        id=new_id(),
        tenant=tenant,
        version=1,
        updated_at=transaction.now,
        program_id=mentorship.program_id,
        mentorship_id=mentorship.id,
        offered_by=by,
        introduced=partner,
        introduced_to=third,
        message=message,
        offered_at=transaction.now,
        muted=any(apart),
    )
    touched = store.mentorships.save(session, mentorship.touched(transaction.now))
    store.introductions.offer(session, introduction)
    announce_introduction(transaction, "introduction.offered.v1", touched, introduction)
    return introduction
