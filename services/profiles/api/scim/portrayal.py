"""Between SCIM's resource and our account of a member."""

from collections.abc import Mapping
from typing import Any

from scim2_models import Resource

from services.profiles.api.scim.answers import PREFIX
from services.profiles.api.scim.resource import MODEL, POLICY, AssociationUser, EnterpriseUser
from services.profiles.domain.account import Account, account_of
from services.profiles.domain.member import Address, Member
from shared.clock import rfc3339
from shared.ids import made_at
from shared.web.etags import tag

_ENTERPRISE, _ASSOCIATION = str(EnterpriseUser.__schema__), str(AssociationUser.__schema__)
PLACES: Mapping[str, tuple[str, ...]] = {
    "user_name": ("userName",),
    "external_id": ("externalId",),
    "display_name": ("displayName",),
    "given_name": ("name", "givenName"),
    "family_name": ("name", "familyName"),
    "title": ("title",),
    "preferred_language": ("preferredLanguage",),
    "time_zone": ("timezone",),
    "active": ("active",),
    "organization": (_ENTERPRISE, "organization"),
    "member_number": (_ASSOCIATION, "memberNumber"),
    "grade": (_ASSOCIATION, "grade"),
    "section": (_ASSOCIATION, "section"),
    "membership": (_ASSOCIATION, "membership"),
}
"""Where the resource has a field of the account."""


def account_in(resource: Resource[Any]) -> Account:
    """What the resource says; an empty text says nothing."""
    content = resource.model_dump()
    plain = {name: _at(content, place) for name, place in PLACES.items()}
    said = {name: value for name, value in plain.items() if value not in (None, "")}
    addresses = tuple(
        Address(each["value"], each.get("type"), each.get("primary"))
        for each in content.get("emails") or ()
        if each.get("value")
    )
    return Account(**{"user_name": "", **said}, addresses=addresses)


def resource_of(member: Member) -> Resource[Any]:
    """A provisioned member as the resource that is shown and patched."""
    account = account_of(member)
    content: dict[str, Any] = {"id": member.id}
    for name, place in PLACES.items():
        if (value := getattr(account, name)) is not None:
            at = content
            for part in place[:-1]:
                at = at.setdefault(part, {})
            at[place[-1]] = value
    if account.addresses:
        content["emails"] = [
            {"value": each.value, "type": each.kind, "primary": each.primary} for each in account.addresses
        ]
    content["schemas"] = [str(MODEL.__schema__), *(each for each in (_ENTERPRISE, _ASSOCIATION) if each in content)]
    content["meta"] = {
        "resourceType": "User",
        "created": rfc3339(made_at(member.id)),
        "lastModified": rfc3339(member.updated_at),
        "location": location_of(member),
        "version": f'"{tag(member.version)}"',
    }
    return MODEL.model_validate(content, scim_policy=POLICY)


def location_of(member: Member) -> str:
    """The address of the member's resource."""
    return f"{PREFIX}/Users/{member.id}"


def _at(content: Mapping[str, Any], place: tuple[str, ...]) -> Any:
    found: Any = content
    for part in place:
        found = None if found is None else found.get(part)
    return found
