"""schemathesis over the four services: no fault of ours, and no answer that the OpenAPI documents do not have.

Requests are made from the documents, right and wrong ones, always the same, by a caller who may everything. What the
ids of addresses name is there as often as not.
"""

from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.web import WebApp
from shared.web.access import ROLES
from tests.integration.http.conftest import Surface
from tests.integration.http.operations import documents
from tests.unit.web.issuing import Issuer

CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"mode": "all", "max-examples": 6, "deterministic": True, "no-shrink": True, "database": "none"},
        "phases": {"coverage": {"enabled": True}, "fuzzing": {"enabled": True}, "stateful": {"enabled": False}},
    }
)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """Without the answer for everything that is not named, under which nothing is undocumented."""
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                operation["responses"].pop("default", None)
    return document


profiles, matching, events, notifications = (
    schemathesis.openapi.from_dict(strict(document), config=CONFIG) for document in documents().values()
)


@pytest.fixture(scope="module")
def whole(apps: tuple[Issuer, dict[str, WebApp]]) -> Surface:
    """One for all requests, as the generated ones are not told apart."""
    return Surface(*apps)


def call(surface: Surface, service: str, case: schemathesis.Case) -> None:
    headers = surface.issuer.headers(*ROLES, tenant=surface.tenant)
    case.call_and_validate(app=surface.app(service), headers=headers, checks=CHECKS)


@pytest.mark.filterwarnings("ignore")
@profiles.parametrize()
def test_profiles_answers_as_it_says(whole: Surface, case: schemathesis.Case) -> None:
    call(whole, "profiles", case)


@matching.parametrize()
def test_matching_answers_as_it_says(whole: Surface, case: schemathesis.Case) -> None:
    call(whole, "matching", case)


@events.parametrize()
def test_events_answers_as_it_says(whole: Surface, case: schemathesis.Case) -> None:
    call(whole, "events", case)


@notifications.parametrize()
def test_notifications_answers_as_it_says(whole: Surface, case: schemathesis.Case) -> None:
    call(whole, "notifications", case)
