"""Where requests have room for an id: in paths, queries and bodies, as the services' own documents list them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.test import TestResponse

from shared.ids import new_id
from tests.integration.http.conftest import Neighbors, Tenant
from tests.integration.http.operations import JSON, Operation, operations
from tests.integration.http.schemas import Pointer, Schema, places, put, smallest

_MEANT = {
    "into": "identifier",
    "group": "group_id",
    "groups": "group_id",
    "with": "run_id",
    "run": "run_id",
    "slot_ids": "slot_id",
}


@dataclass(frozen=True, slots=True)
class IdPlace:
    """One place of one operation; `at` is where in its body, or the name of its parameter."""

    operation: Operation
    part: Literal["path", "query", "body"]
    at: Pointer

    def __str__(self) -> str:
        return f"{self.operation} {'/'.join(map(str, self.at))}"

    def over_there(self, neighbors: Neighbors) -> str:
        """An id of the other tenant that fits: most are members', which is the other tenant's caller's then."""
        *before, name = (step for step in self.at if isinstance(step, str))
        meant = f"{before[-1][:-1]}_id" if name == "id" and before else _MEANT.get(name, name)
        return neighbors.there.ids.get(meant, neighbors.there.caller)

    def ask(self, here: Tenant, identifier: str) -> TestResponse:
        """The operation with this id in the place, and the caller's own in all others."""
        path, options = here.path_of(self.operation), self._content(here)
        match self.part:
            case "path":
                path = here.path_of(self.operation, **{str(self.at[0]): identifier})
            case "query":
                options["query_string"] = {str(self.at[0]): identifier}
            case "body":
                options["json"] = put(options["json"], self.operation.body or {}, self.at, identifier, _text)
        service, method = self.operation.service, self.operation.method
        return here.surface.call(service, method, path, headers=here.headers, **options)

    def _content(self, here: Tenant) -> dict[str, Any]:
        if self.operation.body is not None:
            body = smallest(self.operation.body, _text)
            return {"json": {name: here.ids.get(name, value) for name, value in body.items()}}
        if self.operation.takes:
            return {"data": b"{}\n", "content_type": next(each for each in self.operation.takes if each != JSON)}
        return {}


def id_places() -> list[IdPlace]:
    """All but those of operators, who are of no tenant."""
    return [place for each in operations() if not each.path.startswith("/ops/") for place in _of(each)]


def _of(operation: Operation) -> Iterator[IdPlace]:
    yield from (IdPlace(operation, "path", (name,)) for name in operation.names)
    if operation.method == "GET":
        yield from (IdPlace(operation, "query", (name,)) for name, each in operation.queries.items() if _is_id(each))
    if operation.body is not None:
        yield from (IdPlace(operation, "body", at) for at, each in places(operation.body) if _is_id(each))


def _is_id(schema: Schema) -> bool:
    return schema.get("format") == "uuid" or str(schema.get("pattern", "")).startswith("^[0-9a-f]{8}-")


def _text(schema: Schema) -> str:
    if _is_id(schema):
        return new_id()
    shortest: int = schema.get("minLength", 0)
    return "x" * max(1, shortest)
