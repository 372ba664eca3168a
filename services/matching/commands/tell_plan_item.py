"""The day of something planned has come: whoever is to do it is told."""

from services.matching.commands.create_task import create_task
from services.matching.domain.mentorship import MENTORSHIP, Mentorship
from services.matching.domain.plan_item import PlanItem
from services.matching.domain.task import PLAN_ITEM
from services.matching.domain.template import Owner
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def tell_plan_item(transaction: Transaction, store: Store, item_id: str) -> None:
    """Once, by a task; not while the mentorship rests or is over, whatever was due when a worker looked."""
    item = store.plan_items.find(transaction.tenant, item_id, transaction.session)
    if item is None or item.due_at is None or item.due_at > transaction.now:
        return
    # A hold, or an end, at this moment meets us here: what rests is told when it goes on.
    mentorship = store.mentorships.hold(transaction.session, transaction.tenant, item.mentorship_id)
    if mentorship is None or not MENTORSHIP.allows(mentorship.state, "aim"):
        store.plan_items.save(transaction.session, item.resting(transaction.now))
        return
    task = create_task(
        transaction,
        store,
        PLAN_ITEM,
        program_id=mentorship.program_id,
        mentorship=mentorship,
        assignee_ids=_owners(mentorship, item),
        due_on=item.due_on,
        reason=item.kind.value,
    )
    store.plan_items.save(transaction.session, item.told_by(task.id, transaction.now))


def _owners(mentorship: Mentorship, item: PlanItem) -> tuple[str, ...]:
    by_owner = {Owner.MENTOR: (mentorship.mentor_id,), Owner.MENTEE: (mentorship.mentee_id,)}
    return by_owner.get(item.owner, mentorship.parties)
