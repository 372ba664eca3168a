"""What profiles holds of a member and the member may know.

The address of whoever bought a ticket is somebody's, and not surely the member's: it stays here.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from services.profiles.domain.account import account_of
from services.profiles.domain.earned import Earning
from services.profiles.domain.registration import Registration
from services.profiles.store import Store
from shared.contracts import members
from shared.web.export_share import Asked, Sections

Shown = Mapping[str, Any]

_SCHEMA = members.Member()


def export_share(store: Store, asked: Asked) -> Sections | None:
    """The sections of the member; None where there is no such member."""
    tenant, member = asked.tenant, store.members.find(asked.tenant, asked.member_id)
    if member is None:
        return None
    known_as = store.merged.lookup.known_as(tenant, member.id)
    groups = store.groups.page(tenant, {"_id": {"$in": sorted(member.groups)}}, limit=0)
    registrations = store.registrations.page(tenant, {"member_id": member.id}, limit=0)
    return {
        "profile": [{**_SCHEMA.dump(member), "updated_at": member.updated_at}],
        "account": [dataclasses.asdict(account_of(member))] if member.provision is not None else [],
        "groups": [{"id": each.id, "name": each.name, "kind": each.kind} for each in groups],
        "takes_part_in": [{"place": place} for place in store.participations.places(tenant, member.id)],
        "earned": [_earned(each) for each in store.earnings.of_member(tenant, known_as)],
        "met": store.encounters.of_members(tenant, known_as),
        "merged": [{"id": each} for each in sorted(known_as - {member.id})],
        "tickets": [_ticket(each) for each in registrations],
    }


def _earned(earning: Earning) -> Shown:
    names = ("kind", "thing_id", "at", "counts", "public", "skill_id", "level", "from_id")
    return {name: getattr(earning, name) for name in names}


def _ticket(registration: Registration) -> Shown:
    ticket: dict[str, Any] = {
        "source": registration.source,
        "value": registration.value,
        "said_at": registration.said_at,
    }
    told = registration.told
    if told is None:
        return ticket
    names = ("number", "email", "given_name", "family_name", "organization", "job_title", "locale", "roles", "goals")
    skills = [{"label": each.label, "level": each.level, "side": each.side, "id": each.id} for each in told.skills]
    return ticket | {name: getattr(told, name) for name in names} | {"skills": skills}
