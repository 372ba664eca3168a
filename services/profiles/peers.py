"""The other services, asked over HTTP for what they hold of a member, by the token of whoever wants to know."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.errors import NotFound
from shared.outgoing.addresses import Reach
from shared.outgoing.get import Answer, Client, TooLarge, Unreachable

LARGEST_SHARE = 64 << 20
"""Bytes of one service's JSON."""

_DEADLINE = 20.0
_ANYWHERE = Reach((ipaddress.IPv4Network("0.0.0.0/0"), ipaddress.IPv6Network("::/0")))
"""The addresses are the operator's own, from the settings: no request names one."""


class TokenRefused(Exception):
    """The service does not take the token, any more or at all."""


class UnknownThere(Exception):
    """The service has never heard of the member."""


class NoShare(Exception):
    """The service gave nothing that can be used; `problem` is a code. Worth another try."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def _client() -> Client:
    return Client(_ANYWHERE, deadline=_DEADLINE, largest=LARGEST_SHARE)


@dataclass(frozen=True, slots=True)
class Peers:
    """`addresses` by service."""

    addresses: Mapping[str, str]
    client: Client = field(default_factory=_client)

    def share(self, service: str, member_id: str, token: str, *, whole: bool) -> bytes:
        """The service's share as JSON, checked to be of this service and member.

        Raises TokenRefused, UnknownThere, NoShare.
        """
        url = f"{self.addresses[service]}/v1/members/{member_id}/export-share"
        try:
            answer = self.client.get(url, {"Authorization": f"Bearer {token}", "Accept": "application/json"})
        except Unreachable:
            raise NoShare("unreachable") from None
        except TooLarge:
            raise NoShare("too_large") from None
        if answer.status in (401, 403):
            raise TokenRefused
        if answer.status == 404 and _content(answer).get("detail") == NotFound("member", member_id).detail:
            raise UnknownThere
        if answer.status != 200:
            raise NoShare(f"answered_{answer.status}")
        _check(_content(answer), service, member_id, whole)
        return answer.body


def _content(answer: Answer) -> Mapping[str, Any]:
    try:
        content = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def _check(content: Mapping[str, Any], service: str, member_id: str, whole: bool) -> None:
    sections = content.get("sections")
    if (content.get("service"), content.get("member_id")) != (service, member_id) or not isinstance(sections, dict):
        raise NoShare("not_that_service")
    sound = all(isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in sections.values())
    if not sound:
        raise NoShare("not_a_share")
    if content.get("whole") is not whole:
        raise NoShare("not_linked_yet")  # it does not know yet that the token is of this member
