"""Every operation that the services say they have, read from their own OpenAPI documents."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson

from services.events.app import build as events
from services.matching.app import build as matching
from services.notifications.app import build as notifications
from services.profiles.app import build as profiles
from shared import settings as settings_module
from shared.ids import new_id
from shared.service import lay
from shared.web.access import ROLES
from shared.web.openapi import document
from tests.integration.http.schemas import in_place

BUILDS = {"profiles": profiles, "matching": matching, "events": events, "notifications": notifications}

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    service: str
    method: str
    path: str
    roles: tuple[str, ...]
    takes: tuple[str, ...]
    """Content types of its body; none: it has none."""
    paged: bool
    queries: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The schema of each query parameter."""
    body: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)
    """The schema of its JSON body, with what it refers to in place."""

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.path}"

    @property
    def address(self) -> str:
        """With ids of ours that nobody has."""
        parts = (new_id() if part.startswith("{") else part for part in self.path.split("/"))
        return "/".join(parts)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters of its path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def others(self) -> tuple[str, ...]:
        """The roles that may not."""
        return tuple(role for role in ROLES if role not in self.roles)


def operations(*, public: bool = False) -> list[Operation]:
    """Those that need a token, or those that need none; making the documents needs neither broker nor database."""
    return [found for name, content in documents().items() for found in _of(name, content, public=public)]


def documents() -> dict[str, dict[str, Any]]:
    """The OpenAPI document of each service, the caller's own."""
    return {name: orjson.loads(_made(name)) for name in BUILDS}


@cache
def _made(service: str) -> bytes:
    foundation = lay(settings_module.read({}), service)
    try:
        return orjson.dumps(document(BUILDS[service](foundation).web_app()))
    finally:
        foundation.close()


def _of(service: str, described: Mapping[str, Any], *, public: bool) -> Iterator[Operation]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if method == "parameters" or public is bool(operation["security"]):
                continue
            content = operation.get("requestBody", {}).get("content", {})
            parameters = operation.get("parameters", ())
            yield Operation(
                service,
                method.upper(),
                path,
                tuple(operation.get("x-roles", ())),
                tuple(content),
                any(each.get("$ref", "").endswith("/CURSOR") for each in parameters),
                {each["name"]: each["schema"] for each in parameters if each.get("in") == "query"},
                in_place(content[JSON]["schema"], described) if JSON in content else None,
            )
