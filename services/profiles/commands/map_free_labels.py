"""An operator has skills that were given in words mapped to the lists that are there now."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from services.profiles.commands.announce_member import announce_changed
from services.profiles.commands.name_skills import name_skills
from services.profiles.domain.concept import folded
from services.profiles.store import Store
from services.profiles.store.free_labels import Place
from shared.ids import new_id
from shared.messaging.cause import Cause
from shared.messaging.unit_of_work import Transaction, UnitOfWork

_AT_ONCE = 50
"""In one transaction."""

_NO_TENANT = ""


@dataclass(slots=True)
class Mapped:
    """How many members have more ids now, and the labels that name no skill, with how many members have each."""

    members: int = 0
    free: Counter[str] = field(default_factory=Counter)


def map_free_labels(
    unit_of_work: UnitOfWork,
    store: Store,
    *,
    tenant: str | None = None,
    dry_run: bool = False,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Mapped:
    """Gives every skill without an id, of all members or one tenant's, that of the concept its label names.

    Labels stay as they are. Each member that changes is announced. `dry_run` writes nothing and tells the same; `tell`
    takes how many members have been looked at, of how many. Once more, it changes nothing.
    """
    mapped = Mapped()
    cause = Cause(correlation_id=new_id())
    # Records first: a member who is what they say would lose the ids to the next one.
    for page in () if dry_run else store.free_labels.of_records(tenant, _AT_ONCE):
        unit_of_work.run(partial(_map_records, store, page), tenant=_NO_TENANT, cause=cause)
    total, done = store.free_labels.members(tenant), 0
    spelled: dict[str, str] = {}
    for page in store.free_labels.of_members(tenant, _AT_ONCE):
        for place in page:
            left = {folded(skill.label): skill.label for skill in name_skills(store, place.skills) if skill.id is None}
            mapped.free.update({spelled.setdefault(text, label) for text, label in left.items()})
        changing = [place for place in page if name_skills(store, place.skills) != place.skills]
        mapped.members += len(changing)
        if changing and not dry_run:
            unit_of_work.run(partial(_map_members, store, changing), tenant=_NO_TENANT, cause=cause)
        done += len(page)
        tell(done, max(done, total))
    return mapped


def _map_members(store: Store, places: Sequence[Place], transaction: Transaction) -> None:
    for place in places:
        within = transaction.within(tenant=place.tenant, cause=transaction.cause)
        member = store.members.find(place.tenant, place.id, within.session)
        if member is not None and (skills := name_skills(store, member.skills)) != member.skills:
            announce_changed(within, store, dataclasses.replace(member, skills=skills))


def _map_records(store: Store, places: Sequence[Place], transaction: Transaction) -> None:
    for place in places:
        registration = store.registrations.find(place.tenant, place.id, transaction.session)
        if registration is None or registration.told is None:
            continue
        skills = name_skills(store, registration.told.skills)
        if skills != registration.told.skills:
            told = dataclasses.replace(registration.told, skills=skills)
            store.registrations.save(transaction.session, dataclasses.replace(registration, told=told))
