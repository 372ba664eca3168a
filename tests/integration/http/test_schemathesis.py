"""schemathesis over the four services: no fault of ours, and no answer that the OpenAPI documents do not have.

Requests are made from the documents, right and wrong ones, always the same, by a caller who may everything. What the
ids of addresses name is there. And whatever changes by a role of staff leaves one row in the audit, nothing else does.
"""

import json
from dataclasses import dataclass
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.notifications.api.bounces import REPORTS
from shared.ids import is_id
from shared.settings import SERVICES
from shared.web import WebApp
from shared.web.access import ROLES
from shared.web.transactions import WRITING
from tests.examples import THOROUGH
from tests.integration.http.conftest import Surface
from tests.integration.http.operations import documents
from tests.integration.http.population import Population, populate
from tests.unit.web.issuing import Issuer

CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"mode": "all", "deterministic": True, "no-shrink": True, "database": "none"},
        "phases": {"coverage": {"enabled": THOROUGH}, "fuzzing": {"enabled": True}, "stateful": {"enabled": False}},
    }
)
REQUESTS = 100 if THOROUGH else 8
"""Of each operation. Said to hypothesis itself, whose profile outweighs what the configuration says of it here."""

STATEFUL = SchemathesisConfig.from_dict(
    {
        "generation": {"mode": "positive", "deterministic": True, "no-shrink": True, "database": "none"},
        "phases": {"stateful": {"enabled": True}},
    }
)
WALKS = hypothesis.settings(
    max_examples=5,
    stateful_step_count=10,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)
"""Short: fifty requests of a service. More of both is the same test for longer."""

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

MANY_TRANSACTIONS = ("/v1/imports", "/v1/events/{event_id}/attendees", "/v1/match-runs/{run_id}/publish")
"""Their row of the audit stands before their first effect, whatever comes of them."""


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """Without the answer for everything that is not named, under which nothing is undocumented."""
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                operation["responses"].pop("default", None)
    return document


@pytest.fixture(scope="module", params=SERVICES)
def described(request: pytest.FixtureRequest) -> BaseSchema:
    """Of one service. Made when it is tested: collecting must not wait for thousands of requests to be thought out."""
    return schemathesis.openapi.from_dict(strict(documents()[request.param]), config=CONFIG)


every_operation = schemathesis.pytest.from_fixture("described")


@dataclass(frozen=True, slots=True)
class Whole:
    """The surface with people on it; one for all requests, as the generated ones are not told apart."""

    surface: Surface
    people: Population


@pytest.fixture(scope="module")
def whole(apps: tuple[Issuer, dict[str, WebApp]]) -> Whole:
    surface = Surface(*apps)
    return Whole(surface, populate(surface))


def call(whole: Whole, service: str, case: Case) -> None:
    """What is generated as an id nobody has; so every one that has the form of an id becomes one that is there."""
    for name, value in case.path_parameters.items():
        if name in whole.people.ids and is_id(str(value)):
            case.path_parameters[name] = whole.people.ids[name]
    headers = whole.surface.issuer.headers(*ROLES, tenant=whole.surface.tenant, sub=whole.people.caller)
    counted = case.method in WRITING and case.operation.path not in MANY_TRANSACTIONS
    audit = whole.surface.database(service)["audit"]
    before = audit.count_documents({}) if counted else 0
    answer = case.call_and_validate(app=whole.surface.app(service), headers=headers, checks=CHECKS)
    if counted:
        by_staff = set(case.operation.definition.raw.get("x-roles", ())) - {"member"}
        changed = answer.status_code < 400 and "idempotent-replayed" not in answer.headers
        assert audit.count_documents({}) - before == (1 if by_staff and changed else 0)


@schemathesis.serializer("application/x-ndjson", "text/csv", *REPORTS)
def as_lines(_: Any, value: Any) -> bytes:
    """The generated text as it is; what is no text as one line of JSON."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return json.dumps(value, default=str).encode() + b"\n"  # it writes numbers of any size


@pytest.mark.parametrize("service", SERVICES)
def test_what_one_answer_has_the_next_request_can_ask_for(whole: Whole, service: str) -> None:
    """Requests that follow each other, by links that are found in the documents: made, then shown, changed, gone."""

    class Walk(schemathesis.openapi.from_dict(strict(documents()[service]), config=STATEFUL).as_state_machine()):  # type: ignore[misc]
        def call(self, case: Case, **_: Any) -> Any:
            for name, value in case.path_parameters.items():
                if name in whole.people.ids and not is_id(str(value)):
                    case.path_parameters[name] = whole.people.ids[name]
            headers = whole.surface.issuer.headers(*ROLES, tenant=whole.surface.tenant, sub=whole.people.caller)
            return case.call(app=whole.surface.app(service), headers=headers)

        def validate_response(self, response: Any, case: Case, **_: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(Walk, settings=WALKS)


@hypothesis.settings(max_examples=REQUESTS)
@every_operation.parametrize()
def test_a_service_answers_as_it_says(whole: Whole, case: Case) -> None:
    call(whole, case.operation.schema.raw_schema["info"]["title"].removeprefix("Ithaca "), case)
