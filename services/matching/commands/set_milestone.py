"""A pair sets itself a milestone, changes it, reaches it or drops it."""

from dataclasses import dataclass

from services.matching.commands.announce_mentorship import announce_milestone
from services.matching.commands.change_plan_item import follow_milestone
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.milestone import Milestone, MilestoneState
from services.matching.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class MilestoneChange:
    """How the milestone is to be afterwards; `evidence` and `level` belong to its completion."""

    title: str
    due_on: str | None
    skill: str | None
    state: MilestoneState
    evidence: str | None = None
    level: int | None = None


def set_milestone(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    by: str,
    *,
    title: str,
    due_on: str | None = None,
    skill: str | None = None,
) -> Milestone:
    """A new one, open. Raises NotFound, IllegalTransition unless the mentorship is active or completing."""
    mentorship.partner_of(by)
    mentorship.require_work()
    touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
    milestone = Milestone(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        mentorship_id=mentorship.id,
        title=title,
        due_on=due_on,
        skill=skill,
        title_by=by,
    )
    store.mentorships.milestones.insert(transaction.session, milestone)
    concept = _concept(transaction, store, mentorship, skill)
    announce_milestone(transaction, "milestone.set.v1", touched, milestone, concept)
    return milestone


def change_milestone(
    transaction: Transaction,
    store: Store,
    mentorship: Mentorship,
    milestone: Milestone,
    by: str,
    change: MilestoneChange,
) -> Milestone:
    """Brings the milestone where the change wants it; what is so already is no change.

    Raises NotFound, IllegalTransition, Invalid where evidence or level come without its completion.
    """
    mentorship.partner_of(by)
    now = transaction.now
    completes = change.state is MilestoneState.COMPLETED and milestone.state is not MilestoneState.COMPLETED
    changed = milestone
    if (change.title, change.due_on, change.skill) != (milestone.title, milestone.due_on, milestone.skill):
        changed = changed.revised(by, now, title=change.title, due_on=change.due_on, skill=change.skill)
    if completes:
        changed = changed.completed(by, change.evidence, now, change.level)
    elif (change.evidence, change.level) != (milestone.evidence, milestone.level):
        raise Invalid([Fault("/state", "Evidence and level are given with the state completed.")])
    elif change.state is not milestone.state:
        changed = changed.moved_to(change.state, now)
    if changed == milestone:
        return milestone
    mentorship.require_work()
    touched = store.mentorships.save(transaction.session, mentorship.touched(now))
    saved = store.mentorships.milestones.save(transaction.session, changed)
    follow_milestone(transaction, store, saved, by)
    told = "milestone.completed.v1" if completes else "milestone.updated.v1"
    announce_milestone(transaction, told, touched, saved, _concept(transaction, store, mentorship, saved.skill))
    return saved


def _concept(transaction: Transaction, store: Store, mentorship: Mentorship, skill: str | None) -> str | None:
    """The taxonomy's id of this skill as the mentee's own profile names it; a label that has none does not travel."""
    mentee = store.copies.find(transaction.tenant, mentorship.mentee_id, transaction.session)
    if skill is None or mentee is None:
        return None
    wanted = skill.casefold()
    return next(
        (own.id for own in mentee.skills if own.id is not None and wanted in (own.id.casefold(), own.label.casefold())),
        None,
    )
