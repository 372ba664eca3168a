"""From a checked body to the domain's own types."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from services.profiles.domain.member import (
    AMS,
    EMAIL,
    Goal,
    Key,
    Language,
    Profile,
    Skill,
    Window,
    email_key,
    number_key,
)
from shared.contracts.vocabulary import ROLES


def profile_of(body: Mapping[str, Any], visibility: Mapping[str, str]) -> Profile:
    """What the body says; null and an empty list are the same. `visibility` is what it is merged into."""
    said = {name: value for name, value in body.items() if name not in ("identifiers", "visibility")}
    for name, read in _LISTS.items():
        if name in said:
            said[name] = tuple(read(item) for item in said[name] or ())
    if "roles" in body:
        said["roles"] = tuple(role for role in ROLES if role in (body["roles"] or ()))
    if "visibility" in body:
        merged = {**visibility, **body["visibility"]} if body["visibility"] is not None else {}
        said["visibility"] = {name: who for name, who in merged.items() if who is not None}
    return cast(Profile, said)


def keys_of(body: Mapping[str, Any]) -> Mapping[Key, datetime | None] | None:
    """The identifiers that the body lists, each as of when; None where it lists none."""
    if "identifiers" not in body:
        return None
    return {_key(each["issuer"], each["value"]): each.get("as_of") for each in body["identifiers"] or ()}


def _key(issuer: str, value: str) -> Key:
    if issuer == EMAIL:
        return email_key(value)
    return number_key(value) if issuer == AMS else Key(issuer, value)


def _goal(item: Mapping[str, Any]) -> Goal:
    by = item.get("target_date")
    return Goal(item["text"], item.get("measure"), by.isoformat() if by else None)


_LISTS: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
    "languages": lambda item: Language(**item),
    "skills": lambda item: Skill(**item),
    "goals": _goal,
    "availability": lambda item: Window(**item),
}
