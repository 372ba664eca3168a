"""Wrong requests to every operation of the four services: the contract's answer, and never a fault of ours."""

import base64
import hashlib
import hmac
import time
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from tests.integration.http.conftest import Surface
from tests.integration.http.operations import JSON, Operation, operations
from tests.unit.web.issuing import ISSUER, MEMBER, Issuer

OPERATIONS = operations()
WITH_JSON = [operation for operation in OPERATIONS if JSON in operation.takes]
LISTS = [operation for operation in OPERATIONS if operation.paged]

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
every_json_body = pytest.mark.parametrize("operation", WITH_JSON, ids=str)
every_list = pytest.mark.parametrize("operation", LISTS, ids=str)


def assert_problem(answer: TestResponse, *statuses: int, of: object = None) -> dict[str, Any]:
    """`of`: what was asked, of several."""
    assert answer.status_code in statuses, (of, answer.get_data())
    assert answer.content_type == "application/problem+json"
    body = orjson.loads(answer.get_data())
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail", "instance"} <= body.keys()
    assert all(fault["pointer"] == "" or fault["pointer"].startswith("/") for fault in body.get("errors", ()))
    found: dict[str, Any] = body
    return found


def part(value: object) -> str:
    content = value if isinstance(value, bytes) else orjson.dumps(value)
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def wrong_tokens(apps: tuple[Issuer, object]) -> list[str | None]:
    issuer, now = apps[0], int(time.time())
    claims = {"iss": ISSUER, "sub": MEMBER, "tenant": "acme", "roles": ["member", "coordinator"], "exp": now + 600}
    unsigned = f"{part({'alg': 'none'})}.{part(claims)}."
    by_public_key = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims)}"
    secret = issuer.key.as_pem(private=False)
    forged = f"{by_public_key}.{part(hmac.new(secret, by_public_key.encode(), hashlib.sha256).digest())}"
    return [
        None,
        "nonsense",
        issuer.token(exp=now - 100),
        issuer.token(iss="https://elsewhere.test"),
        issuer.token(tenant=None),
        Issuer().token(),
        unsigned,
        forged,
    ]


@every_operation
def test_nobody_gets_in_without_a_token_that_holds(
    surface: Surface, wrong_tokens: list[str | None], operation: Operation
) -> None:
    for token in wrong_tokens:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = surface.call(operation.service, operation.method, operation.address, headers=headers)
        assert_problem(answer, 401, of=token)
        assert "WWW-Authenticate" in answer.headers


@every_operation
def test_roles_that_may_not_may_not_even_together(surface: Surface, operation: Operation) -> None:
    for roles in (*((role,) for role in operation.others), operation.others):
        assert_problem(surface.ask(operation, *roles), 403)


@every_operation
def test_a_condition_that_is_no_list_of_tags_is_malformed(surface: Surface, operation: Operation) -> None:
    for header in ("nonsense", '"1', '"1" "2"', ","):
        assert_problem(surface.ask(operation, *operation.roles, headers={"If-Match": header}), 400)


@every_json_body
def test_what_is_no_json_is_malformed(surface: Surface, operation: Operation) -> None:
    for body in (b"{", b"[1", b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff", b"[" * 99_999, b'{"\\u0000": 1}'):
        answer = surface.ask(operation, *operation.roles, data=body, content_type=JSON)
        assert_problem(answer, 400, of=body[:20])


@every_json_body
def test_a_body_that_is_no_object_is_invalid(surface: Surface, operation: Operation) -> None:
    for body in ([], [{}], "text", 7, True, None):
        answer = surface.ask(operation, *operation.roles, data=orjson.dumps(body), content_type=JSON)
        assert assert_problem(answer, 422, of=body)["errors"]


@every_json_body
def test_an_unknown_field_is_named(surface: Surface, operation: Operation) -> None:
    problem = assert_problem(surface.ask(operation, *operation.roles, json={"no/such~field": 1}), 422)
    assert "/no~1such~0field" in {fault["pointer"] for fault in problem["errors"]}


@every_json_body
def test_another_kind_of_body_is_not_taken(surface: Surface, operation: Operation) -> None:
    for kind in ("text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16"):
        assert_problem(surface.ask(operation, *operation.roles, data=b"{}", content_type=kind), 415, of=kind)


@every_json_body
def test_no_address_takes_more_than_a_mebibyte_of_json(surface: Surface, operation: Operation) -> None:
    body = b'{"a": "' + b"x" * (1 << 20) + b'"}'
    assert_problem(surface.ask(operation, *operation.roles, data=body, content_type=JSON), 413)


@every_list
def test_a_limit_is_a_number_of_at_least_one(surface: Surface, operation: Operation) -> None:
    for limit in ("0", "-1", "ten", "1.5", "", "%00"):
        answer = surface.ask(operation, *operation.roles, query_string=f"limit={limit}")
        # What the list is of is looked for first or last, as the view likes: nobody has it here.
        assert_problem(answer, 422, 404, of=limit)


@every_list
def test_a_cursor_that_the_list_never_gave_is_malformed(surface: Surface, operation: Operation) -> None:
    for cursor in ("", "nonsense", "%00", "e30", "WzEsMl0", "%FF"):
        answer = surface.ask(operation, *operation.roles, query_string=f"cursor={cursor}")
        assert_problem(answer, 400, 404, of=cursor)
