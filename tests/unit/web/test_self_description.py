"""What the service says of itself: OpenAPI, its page, health and metrics."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.web import WebApp, create_app, document
from tests.unit.web.issuing import Issuer
from tests.unit.web.sample import blueprint


@pytest.fixture
def described(app: WebApp) -> dict[str, Any]:
    return document(app)


def names(described: dict[str, Any], parameters: list[dict[str, str]]) -> set[str]:
    known = described["components"]["parameters"]
    return {known[parameter["$ref"].rpartition("/")[2]]["name"] for parameter in parameters}


def test_the_document_is_valid_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []


def test_an_app_describes_itself_without_settings_database_or_broker() -> None:
    content = document(create_app(name="notes", title="Notes", blueprints=[blueprint]))
    assert content["info"]["title"] == "Notes"
    assert "/v1/notes/{note_id}" in content["paths"]


def test_many_who_ask_at_once_for_the_first_time_are_given_the_same(described: dict[str, Any]) -> None:
    app = create_app(name="notes", title=described["info"]["title"], blueprints=[blueprint])
    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    assert api.spec.to_dict()["paths"] == {}  # nothing is, before somebody asks: most never do
    with ThreadPoolExecutor(8) as callers:
        given = list(callers.map(document, [app] * 8))
    assert given == [described] * 8


def test_operations_say_who_may_call_them(described: dict[str, Any]) -> None:
    post, calendar = described["paths"]["/v1/notes"]["post"], described["paths"]["/v1/notes/calendar"]["get"]
    assert post["x-roles"] == ["coordinator", "member"]
    assert post["security"] == [{"bearer": []}]
    assert calendar["security"] == []
    assert "x-roles" not in calendar
    assert "401" not in calendar["responses"]


def test_operations_have_names_of_their_own(described: dict[str, Any]) -> None:
    found = [
        operation["operationId"]
        for methods in described["paths"].values()
        for name, operation in methods.items()
        if name != "parameters"
    ]
    assert "notes.write" in found
    assert len(found) == len(set(found))


def test_operations_name_their_headers_and_parameters(described: dict[str, Any]) -> None:
    paths = described["paths"]
    assert "Idempotency-Key" in names(described, paths["/v1/notes"]["post"]["parameters"])
    assert "If-Match" in names(described, paths["/v1/notes/{note_id}"]["patch"]["parameters"])
    inline = [given for given in paths["/v1/notes"]["get"]["parameters"] if "name" in given]
    shared = [given for given in paths["/v1/notes"]["get"]["parameters"] if "$ref" in given]
    assert [given["name"] for given in inline] == ["stars"]
    assert names(described, shared) == {"limit", "cursor"}


def test_operations_document_their_problems(described: dict[str, Any]) -> None:
    responses = described["paths"]["/v1/notes"]["post"]["responses"]
    assert {"201", "400", "401", "403", "409", "412", "413", "415", "422", "429", "503", "default"} <= responses.keys()
    problem = described["components"]["responses"]["CONFLICT"]["content"]
    assert list(problem) == ["application/problem+json"]


def test_an_upload_documents_what_it_takes(described: dict[str, Any]) -> None:
    upload = described["paths"]["/v1/notes/upload"]["post"]
    assert list(upload["requestBody"]["content"]) == ["application/x-ndjson"]
    assert "415" in upload["responses"]


def test_a_merge_patch_requires_no_field(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert schemas["Note"]["required"] == ["text"]
    assert "required" not in schemas["NoteChanges"]


def test_the_document_is_served_without_a_token(client: FlaskClient, described: dict[str, Any]) -> None:
    assert client.get("/openapi.json").get_json() == described


def test_the_page_needs_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert len(linked) == 4
    for address in linked:
        assert address.startswith("/docs/")
        assert client.get(address).status_code == 200
    assert "<script>" not in page.text
    assert client.get("/docs/__init__.py").status_code == 404


def test_the_page_knows_openapi_3_1(client: FlaskClient) -> None:
    assert "isOAS31" in client.get("/docs/swagger-ui-bundle.js").text


def test_a_process_is_alive_whatever_its_database_does(client: FlaskClient) -> None:
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.get_json()["parts"]) == (503, {"database": "not ready"})


def test_requests_are_counted_by_route_and_not_by_address(client: FlaskClient, issuer: Issuer) -> None:
    client.get("/v1/notes/0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a")
    client.get("/v1/elsewhere")
    metrics = client.get("/metrics").text
    assert 'method="GET",route="/v1/notes/<id:note_id>",status="401"' in metrics
    assert 'route="unknown",status="404"' in metrics
    assert "0192f0c1" not in metrics
