"""A member is forgotten here: what lives ends, their words go, the partners keep their own history with somebody."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from services.matching.commands.close_mentorship import end_mentorship
from services.matching.commands.consent_to_show import tell_whether_shown
from services.matching.commands.invalidate_requests import invalidate_requests
from services.matching.commands.keep_apart import settle_pair
from services.matching.commands.write_enrollment import write_enrollment
from services.matching.domain.enrollment import Role
from services.matching.domain.forgetting import (
    GONE,
    appreciation_without,
    former_without,
    goal_without,
    introduction_without,
    mentorship_without,
    milestone_without,
    request_without,
    session_without,
)
from services.matching.domain.proposal import PROPOSAL
from services.matching.store import Store
from shared.messaging.due import DueWork
from shared.messaging.erasing import erasing, with_store
from shared.messaging.erasures import Erased
from shared.messaging.unit_of_work import Transaction
from shared.storage import Aggregate, Repository
from shared.web.idempotency import forgetting_answers

_AT_ONCE = 20
_REASON = "erased"

A = TypeVar("A", bound=Aggregate)


def erasures(store: Store, issuer: str) -> DueWork:
    """The due work of it; `issuer` is that of the callers' tokens."""
    own = with_store(
        store,
        _invalidate_requests,
        _end_mentorships,
        _forget_blocks,
        _withdraw,
        _forget_words_of_requests,
        _forget_words_of_mentorships,
        _hide_thanks,
        _forget_words_within_mentorships,
        _forget_feedback,
        _forget_goals,
        _forget_private_notes,
        _forget_introductions,
        _forget_shared_items,
        _forget_appeals,
        # A run that is computed meanwhile looks at these in the opposite order.
        _forget_copies,
        _forget_tasks,
        _forget_places,
        _forget_proposals,
    )
    return erasing(store.erasures, (*own, forgetting_answers(issuer)))


def _invalidate_requests(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What they asked is asked no more, whoever waits further down a list; what they were asked goes to the next."""
    found = store.requests.of_members(transaction.session, person.tenant, person.ids, still_open=True)[:_AT_ONCE]
    invalidate_requests(transaction, store, found, _REASON)
    return _counted("invalidated_requests", len(found))


def _end_mentorships(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    found = store.mentorships.of_members(transaction.session, person.tenant, person.ids, live=True)[:_AT_ONCE]
    for each in found:
        end_mentorship(transaction, store, each, _REASON, None)
    return _counted("ended_mentorships", len(found))


def _forget_blocks(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Whom they blocked, and who blocked them; profiles hear that nobody keeps the two apart."""
    gone = store.blocks.forget(transaction.session, person.tenant, person.ids)
    for one, other in store.pairs.ever_of(transaction.session, person.tenant, person.ids):
        settle_pair(transaction, store, one, other)
    return _counted("blocks", gone)


def _withdraw(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    found = store.enrollments.to_withdraw(transaction.session, person.tenant, person.ids)[:_AT_ONCE]
    for each in found:
        withdrawn = each.moved("withdraw", transaction.now, _REASON)
        write_enrollment(transaction, store, withdrawn, "enrollment.withdrawn.v1")
    return _counted("withdrawn_enrollments", len(found))


def _forget_words_of_requests(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    found = store.requests.of_members(transaction.session, person.tenant, person.ids)
    changed = _rewritten(transaction, store.requests, found, lambda each: request_without(each, person.ids))
    return _counted("requests", changed)


def _forget_words_of_mentorships(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    found = store.mentorships.of_members(transaction.session, person.tenant, person.ids)
    changed = _rewritten(transaction, store.mentorships, found, lambda each: mentorship_without(each, person.ids))
    former = store.agreements.of(person.tenant, {each.id for each in found}, transaction.session)
    changed += _rewritten(transaction, store.agreements, former, lambda each: former_without(each, person.ids))
    return _counted("agreements", changed)


def _forget_words_within_mentorships(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    session, ids, kept = transaction.session, person.ids, store.mentorships
    found = kept.of_members(session, person.tenant, ids)
    where = {"mentorship_id": {"$in": [each.id for each in found]}}
    as_mentee = {each.id for each in found if each.mentee_id in ids}
    sessions = kept.sessions.page(person.tenant, where, limit=0, session=session)
    milestones = kept.milestones.page(person.tenant, where, limit=0, session=session)
    thanks = kept.appreciations.page(person.tenant, where, limit=0, session=session)
    changed = Counter(
        sessions=_rewritten(transaction, kept.sessions, sessions, lambda each: session_without(each, ids)),
        milestones=_rewritten(
            transaction,
            kept.milestones,
            milestones,
            lambda each: milestone_without(each, ids, of_mentee=each.mentorship_id in as_mentee),
        ),
        appreciations=_rewritten(transaction, kept.appreciations, thanks, lambda each: appreciation_without(each, ids)),
    )
    return +changed


def _forget_feedback(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What they answered; the partner's answers stay the partner's, and nobody waits any more."""
    found = store.surveys.of_members(person.tenant, person.ids, transaction.session)
    changed = _rewritten(transaction, store.surveys, found, lambda each: each.without(person.ids, transaction.now))
    return _counted("surveys", changed)


def _hide_thanks(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What the erased agreed to show is shown no more, and others are told."""
    session, kept = transaction.session, store.mentorships
    pairs = [each.id for each in kept.of_members(session, person.tenant, person.ids)]
    where = {"mentorship_id": {"$in": pairs}, "public": True, "receiver_agrees": True}
    found = kept.appreciations.page(person.tenant, where, limit=_AT_ONCE, session=session)
    for each in found:
        tell_whether_shown(transaction, store, kept.appreciations.save(session, each.hidden_for(person.ids)))
    return _counted("shown_thanks", len(found))


def _forget_goals(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Their words of goals, and their numbers of these and of skills."""
    session, tenant = transaction.session, person.tenant
    sides = {
        each.id: [
            role
            for role, member_id in ((Role.MENTOR, each.mentor_id), (Role.MENTEE, each.mentee_id))
            if member_id in person.ids
        ]
        for each in store.mentorships.of_members(session, tenant, person.ids)
    }
    goals = store.goals.of(tenant, sides, session)
    changed = _rewritten(transaction, store.goals, goals, lambda each: goal_without(each, sides[each.mentorship_id]))
    ratings = sum(
        store.ratings.forget(session, tenant, [each for each, roles in sides.items() if role in roles], role)
        for role in Role
    )
    return +Counter(goals=changed, ratings=ratings)


def _forget_introductions(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What waits for an answer is withdrawn, of whichever of the three; whose the words are, with them they go."""
    found = store.introductions.of_members(transaction.session, person.tenant, person.ids)
    changed = _rewritten(
        transaction, store.introductions, found, lambda each: introduction_without(each, person.ids, transaction.now)
    )
    return _counted("introductions", changed)


def _forget_shared_items(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    return _counted("shared_items", store.shared_items.forget(transaction.session, person.tenant, person.ids))


def _forget_appeals(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What they wrote against measures whose evidence has had its time; before that it goes with the evidence."""
    session, tenant = transaction.session, person.tenant
    found = store.measures.naming(session, tenant, person.ids)
    wanted = {"_id": {"$in": [each.report_id for each in found]}, "text": {"$ne": None}}
    evident = {each.id for each in store.reports.page(tenant, wanted, limit=0, session=session)}
    past = [each for each in found if each.report_id not in evident]
    changed = _rewritten(transaction, store.measures, past, lambda each: each.without_words(GONE, transaction.now))
    return _counted("appeals", changed)


def _forget_private_notes(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    return _counted("private_notes", store.private_notes.forget(transaction.session, person.tenant, person.ids))


def _forget_proposals(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """Why they would fit somebody, and that they would."""
    changed = 0
    for each in store.proposals.of_members(person.tenant, person.ids):
        current = store.proposals.get(person.tenant, each.id, transaction.session)
        if PROPOSAL.allows(current.state, "dismiss"):
            current = current.moved("dismiss", transaction.now)
        elif not current.reasons:
            continue
        store.proposals.save(transaction.session, current.without_reasons())
        changed += 1
        if changed == _AT_ONCE:
            break
    return _counted("proposals", changed)


def _forget_copies(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    for each in person.ids:
        store.copies.forget(transaction.session, person.tenant, each)
        store.suspensions.forget(transaction.session, person.tenant, each)
    met = store.encounters.forget(transaction.session, person.tenant, person.ids)
    there = store.attendances.forget(transaction.session, person.tenant, person.ids)
    return _counted("encounters", met) + _counted("attendances", there)


def _forget_tasks(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    """What only they were to do; what staff is to do about them names them by their id alone."""
    return _counted("tasks", store.tasks.forget(transaction.session, person.tenant, person.ids))


def _forget_places(transaction: Transaction, store: Store, person: Erased) -> Counter[str]:
    return _counted("places_in_runs", store.run_inputs.forget(transaction.session, person.tenant, person.ids))


def _rewritten(
    transaction: Transaction, repository: Repository[A], found: Sequence[A], rewrite: Callable[[A], A]
) -> int:
    """Saves some of those that are another one after it; how many."""
    changed = [(before, after) for before in found if (after := rewrite(before)) != before][:_AT_ONCE]
    for _, after in changed:
        repository.save(transaction.session, after)
    return len(changed)


def _counted(name: str, number: int) -> Counter[str]:
    return Counter({name: number}) if number else Counter()
