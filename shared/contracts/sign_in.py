"""Who signs in as whom, as messages tell it of members."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SignIn:
    """An OpenID Connect issuer's name for a member; `version` rises whenever it comes to another one."""

    issuer: str
    subject: str
    version: int


def sign_ins(member: Mapping[str, Any]) -> tuple[SignIn, ...]:
    """Those among the identifiers that a message tells of a member: an OpenID Connect issuer is an address."""
    return tuple(
        SignIn(each["issuer"], each["value"], int(each.get("version") or 0))
        for each in member.get("identifiers") or ()
        if "://" in each["issuer"]
    )
