"""A coordinator writes a template, changes it, and has the plans that came of it follow."""

from collections.abc import Sequence
from functools import partial

from services.matching.commands.make_plan import update_plan
from services.matching.domain.template import Template, TemplateItem
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.due import Claimed
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_TOGETHER = 20
_LEASE_SECONDS = 60.0


def create_template(transaction: Transaction, store: Store, name: str, items: Sequence[TemplateItem]) -> Template:
    """A new one, for programs to name in their settings. Raises Invalid."""
    template = Template(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        name=name,
        items=tuple(items),
    ).checked()
    store.templates.insert(transaction.session, template)
    return template


def revise_template(
    transaction: Transaction, store: Store, template: Template, name: str, items: Sequence[TemplateItem]
) -> Template:
    """The template with these items; live plans stay as they are. Raises Invalid."""
    revised = template.revised(transaction.now, name=name, items=items)
    return store.templates.save(transaction.session, revised)


def spread_template(transaction: Transaction, store: Store, template: Template) -> Template:
    """Has a worker bring live plans up to the template."""
    return store.templates.save(transaction.session, template.spreading(transaction.now))


def update_plans(unit_of_work: UnitOfWork, store: Store, claimed: Claimed) -> None:
    """A worker brings live plans up to the claimed template, some at a time, until none is behind. Raises LeaseLost."""
    update_some = partial(_update_some, store=store, claimed=claimed)
    while unit_of_work.run(update_some, tenant=claimed.document["tenant"]):
        pass


def _update_some(transaction: Transaction, store: Store, claimed: Claimed) -> bool:
    """Whether any may be left."""
    template = store.templates.get(transaction.tenant, claimed.document["_id"], transaction.session)
    behind = store.mentorships.planned_before(template, transaction.session, limit=_TOGETHER)
    for mentorship in behind:
        update_plan(transaction, store, mentorship, template)
    if behind:
        claimed.renew(transaction.session, _LEASE_SECONDS)
        return True
    claimed.confirm(transaction.session)
    store.templates.save(transaction.session, template.spread())
    return False
