"""Values of every wrong kind in every place: SCIM's own words for it, and never a fault of ours."""

from itertools import product
from typing import Any

import pytest

from tests.integration.profiles.conftest import Office
from tests.integration.profiles.scim import CORE, ENTERPRISE, ITHACA, PATCH, Provider

VALUES: list[bytes] = [
    b"null",
    b"true",
    b"7",
    b"-1e400",
    b"9223372036854775807",
    b"[]",
    b"{}",
    b"[null]",
    b"[[]]",
    b"[7]",
    b'["a", {"value": {}}]',
    b'{"value": null}',
    b'{"value": [7], "primary": "x"}',
    b'[{"value": "a@example.org", "type": 7}]',
    b'[{"value": 7, "type": {}, "primary": []}]',
    b'[{"type": "work"}]',
    b'{"givenName": 7, "familyName": {}}',
    b'{"memberNumber": [], "grade": {"a": 1}}',
    b'"\\u0000"',
    b'"$where"',
    b'"' + b"x" * 100_000 + b'"',
    b"{" + b'"a": {' * 28 + b"}" * 28 + b"}",
]
ATTRIBUTES = [
    "schemas",
    "id",
    "meta",
    "userName",
    "externalId",
    "name",
    "name.givenName",
    "displayName",
    "title",
    "active",
    "emails",
    "preferredLanguage",
    "bogus",
    CORE,
    ENTERPRISE,
    ITHACA,
    f"{ITHACA}:grade",
    "constructor",
    "model_config",
    "__class__",
    "",
]


def test_no_value_of_an_attribute_is_a_fault_of_ours(office: Office) -> None:
    provider = Provider(office)
    found: dict[str, int] = {}
    for attribute, value in product(ATTRIBUTES, VALUES):
        body = b'{"userName": "ada", "%s": %s}' % (attribute.encode(), value)
        reply = provider.call("POST", "/Users", body)
        if reply.status_code == 201:
            provider.call("DELETE", reply.json["meta"]["location"].removeprefix("/scim/v2"))
        elif reply.status_code != 400 or reply.fault[1] is None:
            found[f"{attribute}: {value[:40]!r}"] = reply.status_code
    assert found == {}


@pytest.mark.parametrize("operation", ["add", "replace", "remove"])
def test_no_operation_is_a_fault_of_ours(office: Office, operation: str) -> None:
    provider = Provider(office)
    user = provider.create("ada", title="Surveyor", emails=[{"value": "ada@example.org", "type": "work"}])
    paths = [*ATTRIBUTES, 'emails[type eq "work"]', 'emails[type eq "x"].value', "emails.value", "emails[primary pr]"]
    found: dict[str, int] = {}
    for path, value in product(paths, VALUES):
        body = b'{"schemas": ["%s"], "Operations": [{"op": "%s", "path": "%s", "value": %s}]}' % (
            PATCH.encode(),
            operation.encode(),
            path.replace('"', '\\"').encode(),
            value,
        )
        reply = provider.call("PATCH", f"/Users/{user['id']}", body)
        if reply.status_code != 200 and (reply.status_code != 400 or reply.fault[1] is None):
            found[f"{path}: {value[:40]!r}"] = reply.status_code
    assert found == {}


@pytest.mark.parametrize("value", VALUES)
def test_no_body_is_a_fault_of_ours(office: Office, value: bytes) -> None:
    provider = Provider(office)
    path = f"/Users/{provider.create('ada')['id']}"
    bodies = [value, b'{"Operations": %s}' % value, b'{"Operations": [%s]}' % value, b'{"filter": %s}' % value]
    bodies += [b'{"attributes": %s}' % value, b'{"startIndex": %s, "count": %s}' % (value, value)]
    found: dict[str, int] = {}
    for (method, at), body in product([("PUT", path), ("PATCH", path), ("POST", "/Users/.search")], bodies):
        reply = provider.call(method, at, body)
        if reply.status_code not in (200, 400):
            found[f"{method} {body[:60]!r}"] = reply.status_code
    assert found == {}


@pytest.mark.parametrize(
    "query",
    [
        "filter=%00",
        "filter=%ff",
        "attributes=%00,,%5B",
        "attributes=" + "a," * 5000,
        "excludedAttributes=emails%5Btype%20eq%20%22x%22%5D",
        "startIndex=%E2%91%A0",
        "count=1e3",
        "filter=userName%20eq%20%22" + "x" * 3000 + "%22",
    ],
)
def test_no_query_is_a_fault_of_ours(office: Office, query: str) -> None:
    reply: Any = Provider(office).call("GET", "/Users", query=query)
    assert reply.status_code in (200, 400), reply.json
