"""A pair gets its plan, from the template of its program, and keeps it up with holds and with the template."""

from dataclasses import replace

from services.matching.commands.announce_mentorship import announce_milestone
from services.matching.commands.settle_task import settle_open_task
from services.matching.domain.mentorship import Mentorship, MentorshipState
from services.matching.domain.milestone import Milestone, MilestoneState
from services.matching.domain.plan_item import PlanItem, PlanItemState, plan_item
from services.matching.domain.program import Settings
from services.matching.domain.task import TaskState
from services.matching.domain.template import ItemKind, Template
from services.matching.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def require_template(transaction: Transaction, store: Store, settings: Settings) -> None:
    """Raises Invalid where a program names a template that is not there."""
    named = settings.template_id
    if named is not None and store.templates.find(transaction.tenant, named, transaction.session) is None:
        raise Invalid([Fault("/settings/template_id", "There is no such template.")])


def make_plan(transaction: Transaction, store: Store, mentorship: Mentorship, template: Template) -> None:
    """All of it, dated from the day the two were paired."""
    planned = template.planned(mentorship.started_at.date(), mentorship.days_on_hold)
    store.plan_items.insert_all(
        transaction.session,
        [
            plan_item(identifier, transaction.tenant, mentorship.id, each, transaction.now)
            for identifier, each in zip(_in_order(len(planned)), planned, strict=True)
        ],
    )


def set_planned_milestones(transaction: Transaction, store: Store, mentorship: Mentorship) -> None:
    """What the plan calls a milestone becomes one of the pair's, once the pair is at work."""
    if mentorship.template_id is None or mentorship.state is not MentorshipState.ACTIVE:
        return
    for item in store.plan_items.of(mentorship, transaction.session):
        if item.kind is ItemKind.MILESTONE and item.milestone_id is None and item.state is PlanItemState.OPEN:
            _set_milestone(transaction, store, mentorship, item)


def move_plan(transaction: Transaction, store: Store, mentorship: Mentorship, days: int) -> None:
    """After a hold: what is open is due so many days later, and told of then. Milestones, too."""
    if mentorship.template_id is None:
        return
    for item in store.plan_items.of(mentorship, transaction.session):
        if item.state is not PlanItemState.OPEN:
            continue
        moved = store.plan_items.save(transaction.session, item.later(days, transaction.now))
        if moved.milestone_id is not None and days:
            _move_milestone(transaction, store, mentorship, moved, moved.milestone_id)


def update_plan(transaction: Transaction, store: Store, mentorship: Mentorship, template: Template) -> None:
    """Brings what is open to what the template says now; what is done, skipped or a milestone of the pair stays.

    What would have been due before today is not added: nobody is told of what is long past.
    """
    session, now = transaction.session, transaction.now
    resting = mentorship.state is MentorshipState.ON_HOLD
    planned = {
        (each.item.id, each.item.kind, each.owner): each
        for each in template.planned(mentorship.started_at.date(), mentorship.days_on_hold)
    }
    known = {each.place: each for each in store.plan_items.of(mentorship, session)}
    for place, item in known.items():
        if item.state is not PlanItemState.OPEN or item.milestone_id is not None:
            continue
        if place in planned:
            anew = item.as_planned(planned[place], now, resting=resting)
            if replace(anew, updated_at=item.updated_at) != item:
                store.plan_items.save(session, anew)
        else:
            store.plan_items.remove(session, item)
            if item.task_id is not None:
                settle_open_task(transaction, store, item.task_id, TaskState.DISMISSED, None)
    added = [each for place, each in planned.items() if place not in known and each.due_on >= now.date()]
    new = [
        plan_item(identifier, transaction.tenant, mentorship.id, each, now, resting=resting)
        for identifier, each in zip(_in_order(len(added)), added, strict=True)
    ]
    store.plan_items.insert_all(session, new)
    saved = store.mentorships.save(session, mentorship.planned_by(template.id, template.revision, now))
    set_planned_milestones(transaction, store, saved)


def _in_order(count: int) -> list[str]:
    """So many new ids that sort as they come: what falls on one day is shown in the order of the template."""
    return sorted(new_id() for _ in range(count))


def _set_milestone(transaction: Transaction, store: Store, mentorship: Mentorship, item: PlanItem) -> None:
    milestone = Milestone(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        mentorship_id=mentorship.id,
        title=item.title,
        due_on=item.due_on,
        plan_item_id=item.id,
    )
    store.mentorships.milestones.insert(transaction.session, milestone)
    store.plan_items.save(transaction.session, item.reached_by(milestone.id, transaction.now))
    announce_milestone(transaction, "milestone.set.v1", mentorship, milestone, None)


def _move_milestone(
    transaction: Transaction, store: Store, mentorship: Mentorship, item: PlanItem, milestone_id: str
) -> None:
    milestone = store.mentorships.milestones.get(transaction.tenant, milestone_id, transaction.session)
    if milestone.state is MilestoneState.OPEN:
        moved = store.mentorships.milestones.save(transaction.session, milestone.due(item.due_on, transaction.now))
        announce_milestone(transaction, "milestone.updated.v1", mentorship, moved, None)
