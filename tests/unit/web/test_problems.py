"""Every wrong request gets a problem that says what to mend, and none a 500."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest
from flask import Response
from flask.testing import FlaskClient
from pymongo.errors import AutoReconnect, DuplicateKeyError, ServerSelectionTimeoutError
from werkzeug.test import TestResponse

from shared.errors import Fault, Invalid, Unavailable
from shared.messaging.outbox import MessageTooLarge
from shared.web import Blueprint, create_app, document, public, roles
from tests.unit.web.issuing import Issuer

GOOD = {"text": "a note"}


class NoTransaction:
    """Runs the work of a write without a database: for what is refused before it writes."""

    def run(self, work: Any, **_: Any) -> Any:
        return work(None)


@pytest.fixture
def post(client: FlaskClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(client.application.extensions, "ithaca_unit_of_work", NoTransaction())

    def send(body: Any = None, *, data: bytes = b"", content_type: str = "application/json") -> TestResponse:
        headers = issuer.headers("coordinator")
        if body is not None:
            return client.post("/v1/notes", json=body, headers=headers)
        return client.post("/v1/notes", data=data, content_type=content_type, headers=headers)

    return send


def assert_problem(answer: TestResponse, status: int) -> dict[str, Any]:
    body: dict[str, Any] = answer.get_json()
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert body.keys() - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert body["status"] == status
    assert body["type"].startswith("/problems/")
    return body


def test_every_fault_of_a_body_has_its_pointer(post: Any) -> None:
    body = {
        "text": "",
        "author": {"email": "nonsense", "shoe": 1},
        "others": [{"email": "a@example.org"}, {"email": "a@example.org", "name": "x" * 21}],
        "answers": {"a/b~c": {"email": 1}},
        "stars": 6,
        "unheard": None,
    }
    problem = assert_problem(post(body), 422)
    assert {fault["pointer"] for fault in problem["errors"]} == {
        "/text",
        "/author/email",
        "/author/shoe",
        "/others/1/name",
        "/answers/a~1b~0c/email",
        "/stars",
        "/unheard",
    }
    assert {"pointer": "/unheard", "detail": "Unknown field."} in problem["errors"]


@pytest.mark.parametrize("body", [[], "text", 3, None])
def test_a_body_that_is_no_object_is_invalid_as_a_whole(post: Any, body: Any) -> None:
    problem = assert_problem(post(data=orjson.dumps(body)), 422)
    assert [fault["pointer"] for fault in problem["errors"]] == [""]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{"text": }', "line 1, column 10"),
        (b'{\n"text": "a",}', "line 2, column 12"),
        (b'{"text": NaN}', "line 1, column 10"),
        (b'{"text": "\xff"}', "UTF-8"),
        (b'{"text": "\\ud800"}', "surrogate"),
        (b'{"stars": 1e999}', "infinity"),
        (b"[" * 100_000, "depth"),
        (b"[" * 40 + b"]" * 40, "nested deeper than 32"),
        (b'{"stars": 9223372036854775808}', "/stars"),
        (b'{"answers": {"a\\u0000b": {}}}', "/answers"),
    ],
)
def test_what_is_no_json_of_ours_is_malformed_and_the_place_is_named(post: Any, data: bytes, where: str) -> None:
    assert where in assert_problem(post(data=data), 400)["detail"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/csv", "application/merge-patch+json", "application/json; charset=latin-1", ""]
)
def test_another_kind_of_body_is_not_supported(post: Any, content_type: str) -> None:
    assert_problem(post(data=b'{"text": "a"}', content_type=content_type), 415)


def test_a_body_over_the_limit_is_too_large(post: Any) -> None:
    assert_problem(post({"text": "x" * (1 << 20)}), 413)


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ("stars=many", 422, "/stars"),
        ("stars=9", 422, "/stars"),
        ("limit=0", 422, "/limit"),
        ("limit=-1", 422, "/limit"),
        ("limit=ten", 422, "/limit"),
        ("limit=1.5", 422, "/limit"),
        ("limit=", 422, "/limit"),
        ("limit=%D9%A3", 422, "/limit"),
        ("cursor=", 400, None),
        ("cursor=nonsense", 400, None),
        ("cursor=WzEsMl0", 400, None),
        ("cursor=%FF", 400, None),
        ("cursor=e30", 400, None),
    ],
)
def test_a_wrong_query_is_named(
    client: FlaskClient, issuer: Issuer, query: str, status: int, pointer: str | None
) -> None:
    problem = assert_problem(client.get(f"/v1/notes?{query}", headers=issuer.headers()), status)
    assert [fault["pointer"] for fault in problem.get("errors", [])] == ([] if pointer is None else [pointer])


@pytest.mark.parametrize(
    "path",
    [
        "/v1/nothing",
        "/v1/notes/7",
        "/v1/notes/0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1",
        "/v1/notes/0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0fzz",
        "/v1/notes/%00",
        "/v1/notes/%FF",
        "//v1/notes",
    ],
)
def test_an_address_that_is_none_is_not_found(client: FlaskClient, path: str) -> None:
    assert assert_problem(client.get(path), 404)["detail"] == "There is nothing here."


def test_a_method_that_is_not_taken_names_those_that_are(client: FlaskClient, issuer: Issuer) -> None:
    answer = client.delete("/v1/notes", headers=issuer.headers())
    assert_problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_options_says_what_is_taken_without_a_token(client: FlaskClient) -> None:
    answer = client.options("/v1/notes")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_head_is_a_get_without_its_body(client: FlaskClient) -> None:
    answer = client.head("/v1/notes/calendar")
    assert (answer.status_code, answer.data, answer.content_type) == (200, b"", "text/calendar")


@pytest.mark.parametrize(
    ("accept", "status"), [("application/json", 406), ("text/calendar", 200), ("text/*;q=0.1", 200), ("*/*", 200)]
)
def test_what_the_caller_cannot_take_is_not_sent(client: FlaskClient, accept: str, status: int) -> None:
    assert client.get("/v1/notes/calendar", headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
def test_a_condition_that_is_no_list_of_tags_is_malformed_everywhere(client: FlaskClient, name: str) -> None:
    assert name in assert_problem(client.get("/v1/notes/calendar", headers={name: "3"}), 400)["detail"]


def test_a_missing_role_names_those_that_may(client: FlaskClient, issuer: Issuer) -> None:
    answer = client.post("/v1/notes", json=GOOD, headers=issuer.headers("operator"))
    assert assert_problem(answer, 403)["detail"] == "This is for the roles coordinator, member."


def test_a_missing_token_is_challenged(client: FlaskClient) -> None:
    answer = client.get("/v1/notes")
    assert assert_problem(answer, 401)["detail"] == "There is no bearer token."
    assert answer.headers["WWW-Authenticate"].startswith("Bearer error=")


def test_a_defect_says_nothing_of_itself(client: FlaskClient) -> None:
    answer = client.get("/v1/notes/broken")
    assert assert_problem(answer, 500)["detail"] == "A fault of ours: it is logged."
    assert b"secret" not in answer.data


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (AutoReconnect("gone"), 503, "1"),
        (ServerSelectionTimeoutError("gone"), 503, "1"),
        (Unavailable("later", retry_after=7), 503, "7"),
        (DuplicateKeyError("E11000 with a value"), 409, None),
        (MessageTooLarge("too much"), 413, None),
    ],
)
def test_faults_from_below_have_their_statuses(error: Exception, status: int, retry_after: str | None) -> None:
    faulty = Blueprint("faulty", __name__)

    @faulty.get("/faulty")
    @public
    @faulty.response(200)
    def view() -> None:
        raise error

    answer = create_app(name="faulty", title="Faulty", blueprints=[faulty]).test_client().get("/faulty")
    assert_problem(answer, status)
    assert answer.headers.get("Retry-After") == retry_after
    assert b"E11000" not in answer.data


def test_of_very_many_faults_the_first_hundred_are_listed(post: Any) -> None:
    problem = assert_problem(post({"text": "a"} | {f"unheard{number}": 1 for number in range(5_000)}), 422)
    assert len(problem["errors"]) == 101
    assert problem["errors"][-1] == {"pointer": "", "detail": "There are 4900 more faults."}


@pytest.mark.parametrize("arrived", [b"", b'{"text": "a"}'])
def test_a_body_that_broke_off_is_not_taken_for_a_shorter_one(
    client: FlaskClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, arrived: bytes
) -> None:
    monkeypatch.setitem(client.application.extensions, "ithaca_unit_of_work", NoTransaction())
    answer = client.post(
        "/v1/notes",
        input_stream=io.BytesIO(arrived),
        content_type="application/json",
        headers=issuer.headers("coordinator"),
        environ_overrides={"CONTENT_LENGTH": "500", "wsgi.input_terminated": True},
    )
    assert assert_problem(answer, 400)["detail"] == "The body broke off."


def test_errors_under_a_prefix_are_said_in_its_dialect_and_nowhere_else(issuer: Issuer) -> None:
    def said(status: int, detail: str, faults: Sequence[Fault], headers: Mapping[str, str]) -> Response:
        return Response(f"{detail} {[each.pointer for each in faults]}", status=status, headers=dict(headers))

    blueprint = Blueprint("foreign", __name__, url_prefix="/foreign", dialect=said)

    @blueprint.undocumented("/things", methods=("GET", "POST"))
    @roles("integrator")
    def things() -> str:
        raise Invalid([Fault("/name", "Must not be blank.")])

    app = create_app(name="profiles", title="Profiles", blueprints=[blueprint], authenticator=issuer.authenticator())
    client, headers = app.test_client(), issuer.headers("integrator")
    answers = [
        client.get("/foreign/things", headers=headers),
        client.get("/foreign/things", headers=issuer.headers("member")),
        client.get("/foreign/things"),
        client.delete("/foreign/things", headers=headers),
        client.get("/foreign/nothing"),
        client.get("/foreign"),
    ]
    assert [each.status_code for each in answers] == [422, 403, 401, 405, 404, 404]
    assert all(each.content_type == "text/html; charset=utf-8" for each in answers)
    assert "['/name']" in answers[0].text
    assert answers[2].headers["WWW-Authenticate"].startswith("Bearer")
    assert "GET" in answers[3].headers["Allow"]
    assert_problem(client.get("/foreigner"), 404)
    assert "/foreign/things" not in document(app)["paths"]
