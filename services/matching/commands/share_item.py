"""Somebody shares a resource, an opportunity or an announcement, and takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.matching.commands.announce_mentorship import announce
from services.matching.commands.eligibility import require_taking_part
from services.matching.domain.enrollment import Role
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Program
from services.matching.domain.shared_item import Family, SharedItem
from services.matching.store import Store
from shared.errors import Fault, Invalid
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

_TOLD: Mapping[Family, str] = {
    Family.RESOURCE: "resource.shared.v1",
    Family.OPPORTUNITY: "opportunity.shared.v1",
    Family.ANNOUNCEMENT: "resource.shared.v1",
}


@dataclass(frozen=True, slots=True)
class Sharing:
    """What is shared, as its author says it; `until` is an ISO 8601 date."""

    family: Family
    kind: str
    title: str
    text: str = ""
    url: str | None = None
    until: str | None = None


def share_with_partner(
    transaction: Transaction, store: Store, mentorship: Mentorship, by: str, sharing: Sharing
) -> SharedItem:
    """For the other one of the pair. Raises NotFound, IllegalTransition unless active or completing, Invalid."""
    mentorship.partner_of(by)
    mentorship.require_work()
    item = _item(transaction, sharing, by, mentorship.program_id, mentorship.id)
    touched = store.mentorships.save(transaction.session, mentorship.touched(transaction.now))
    store.shared_items.insert(transaction.session, item)
    announce(transaction, _TOLD[item.family], touched, _facts(item))
    return item


def offer_to_program(
    transaction: Transaction, store: Store, program: Program, by: str, sharing: Sharing, *, staff: bool
) -> SharedItem:
    """For everybody who takes part: by staff, or by a mentor of the program. Raises NotTakingPart, Invalid."""
    program.require("share")
    if not staff:
        require_taking_part(transaction, store, program, by, Role.MENTOR)
    item = _item(transaction, sharing, by, program.id, None, staff=staff)
    store.shared_items.insert(transaction.session, item)
    transaction.publish(
        _TOLD[item.family], key=item.id, version=item.version, data={"program_id": program.id, **_facts(item)}
    )
    return item


def take_back(transaction: Transaction, store: Store, item: SharedItem, by: str | None, *, staff: bool) -> None:
    """It is gone; who was told of it finds nothing. Raises NotFound for whoever may not."""
    item.require_taken_back_by(by, staff=staff)
    store.shared_items.delete(transaction.session, item)


def _item(
    transaction: Transaction,
    sharing: Sharing,
    by: str,
    program_id: str,
    mentorship_id: str | None,
    *,
    staff: bool = False,
) -> SharedItem:
    item = SharedItem(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        family=sharing.family,
        kind=sharing.kind,
        program_id=program_id,
        mentorship_id=mentorship_id,
        title=sharing.title,
        text=sharing.text,
        url=sharing.url,
        until=sharing.until,
        shared_by=by,
        by_staff=staff,
        shared_at=transaction.now,
    )
    if item.is_over(transaction.now.date()):
        raise Invalid([Fault("/until", "Must not be past.")])
    return item


def _facts(item: SharedItem) -> Mapping[str, Any]:
    """Whose it is and what it is; its words stay here."""
    return {"id": item.id, "shared_by_id": item.shared_by, "kind": item.kind}
