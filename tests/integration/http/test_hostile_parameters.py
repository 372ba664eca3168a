"""Operators of the database, ways out of a folder and characters that end a text, wherever a request has room for them.

Every parameter and every field is tried, as the services' own documents list them: what comes back is a problem that
names the fault, or the usual answer to a text; never a fault of ours, and nothing of what lies behind.
"""

from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from shared.settings import SERVICES
from shared.web.access import ROLES
from tests.integration.http.conftest import Neighbors, Surface
from tests.integration.http.operations import Operation, operations
from tests.integration.http.schemas import Schema, kind, plain

EVERY = [*operations(), *operations(public=True)]

PATHS = (
    *("..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5c", "%c0%ae%c0%ae", "．．", "‥", "%252e%252e"),  # noqa: RUF001
    *("%00", "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a%00", "%0d%0aX-Evil:1", "$gt", "%7B%22$gt%22:%22%22%7D", "[$ne]"),
    *("'", "%22", "1%20OR%201=1", ";", "*", "-1", "９", "null", "undefined", "x" * 5_000, "%F0%9F%92%A9", "%ED%A0%80"),  # noqa: RUF001
)
QUERIES = (
    *("$gt", '{"$gt": ""}', '{"$where": "sleep(1000)"}', "[$ne]", ".*", "(a+)+$", "(((", "\\", "../../etc/passwd"),
    *("\0", "a\0b", "\r\nX-Evil: 1", "‥", "\ufdd0", "x" * 5_000, "-1", "1e999", "NaN", "null", "٣", "true'--"),
)
OPERATORS: tuple[Any, ...] = (
    {"$gt": "", "$ne": None},
    {"$where": "sleep(1000)", "$function": {"body": "x", "args": [], "lang": "js"}},
    [{"$regex": ".*"}],
)
SIGNS_OF_LIFE_BEHIND = (
    b"Traceback",
    b"pymongo",
    b"MongoServerError",
    b"E11000",
    b"root:",
    b"site-packages",
    b"werkzeug",
)


def faults_of_ours(answers: dict[str, TestResponse]) -> dict[str, bytes]:
    """Those that are no proper answers."""
    return {
        what: answer.get_data()[:300]
        for what, answer in answers.items()
        if answer.status_code >= 500
        or (answer.status_code >= 400 and answer.mimetype not in ("application/problem+json", "text/html"))
        or any(sign in answer.get_data() for sign in SIGNS_OF_LIFE_BEHIND)
        or "X-Evil" in answer.headers
    }


def _of(service: str) -> list[Operation]:
    return [operation for operation in EVERY if operation.service == service]


@pytest.mark.parametrize("service", SERVICES)
def test_a_path_leads_nowhere_but_to_what_it_names(surface: Surface, service: str) -> None:
    headers = surface.issuer.headers(*ROLES, tenant=surface.tenant)
    answers: dict[str, TestResponse] = {}
    for operation in {operation.path: operation for operation in _of(service)}.values():
        for name in operation.names:
            for value in PATHS:
                path = _with_raw(operation, name, value)
                answers[f"{operation} {name}={value[:40]}"] = surface.call(
                    service, operation.method, path, headers=headers
                )
    assert faults_of_ours(answers) == {}
    found = {what for what, answer in answers.items() if answer.status_code < 400}
    # Of a link that does not hold, the page says so itself.
    assert {what for what in found if "/pages/" not in what and "/unsubscribe/" not in what} == set()


def _with_raw(operation: Operation, name: str, value: str) -> str:
    """The operation's address with this in the place of one parameter, as it is."""
    parts = zip(operation.path.split("/"), operation.address.split("/"), strict=True)
    return "/".join(part.replace(f"{{{name}}}", value) if f"{{{name}}}" in part else made for part, made in parts)


def _is_text(schema: Schema) -> bool:
    """Whether it is looked for as it was said."""
    return "string" in schema.get("type", ()) and not schema.keys() & {"enum", "format"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_query_is_a_text_and_no_operator(neighbors: Neighbors, service: str) -> None:
    here = neighbors.here
    answers: dict[str, TestResponse] = {}
    for operation in _of(service):
        if operation.method != "GET" or operation.path.endswith("/stream"):
            continue
        path = here.path_of(operation)
        texts = [name for name, schema in operation.queries.items() if _is_text(schema)]
        others = [*(operation.queries.keys() - set(texts)), *(("limit", "cursor") if operation.paged else ())]
        asked = [f"{quote(name)}={quote(value)}" for name in texts for value in QUERIES]
        # All of them are looked at before any is looked for.
        asked += ["&".join(f"{quote(name)}={quote(value)}" for name in others) for value in QUERIES if others]
        asked += [f"{name}[$ne]=&{name}[$gt]=&$where=1" for name in (*texts, *others)]
        for query in asked:
            answers[f"{operation} ?{query[:60]}"] = here.surface.call(
                service, "GET", path, query_string=query, headers=here.headers
            )
    assert faults_of_ours(answers) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_an_operator_in_the_place_of_a_value_is_a_fault_of_that_field(surface: Surface, service: str) -> None:
    taken: set[str] = set()
    for operation in _of(service):
        fields: dict[str, Schema] = (operation.body or {}).get("properties", {})
        checked = {name for name, schema in fields.items() if kind(plain(schema)) not in ("object", "array")}
        for operator in OPERATORS if fields else ():
            answer = surface.ask(operation, *operation.roles, json=dict.fromkeys(fields, operator))
            assert answer.status_code == 422, (operation, operator)
            named = {fault["pointer"].split("/")[1] for fault in answer.get_json()["errors"] if fault["pointer"]}
            taken |= {f"{operation} {name}" for name in checked - named}
    assert taken == set()
