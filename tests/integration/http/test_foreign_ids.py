"""An id of another tenant is answered just as one that nobody has, wherever a request has room for an id.

`tests/e2e/test_tenants.py` asks for what is another tenant's as a whole. Here every id of every request is another
tenant's in turn, and all others are the caller's own. The one difference allowed is the id itself, which the caller has
said. That it takes no longer either is measured: `make bench ONLY=tenant_hopping`.
"""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.ids import new_id
from shared.settings import SERVICES
from tests.integration.http.conftest import Neighbors
from tests.integration.http.id_places import id_places

PLACES = id_places()

_OWN = ("Content-Length", "ETag")
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(rb"20\d\d-\d\d-\d\dT[0-9:.]+Z")
_VERSION = re.compile(rb'"(version|revision)":\d+')


def seen(answer: TestResponse) -> tuple[Any, ...]:
    """All that can be told of an answer, without what differs of the same thing asked twice."""
    headers = {name: _ID.sub(b"ID", value.encode()) for name, value in answer.headers if name not in _OWN}
    body = answer.get_data()
    for each, as_such in ((_ID, b"ID"), (_TIME, b"TIME"), (_VERSION, b"VERSION")):
        body = each.sub(as_such, body)
    return answer.status_code, headers, body


def told_apart(neighbors: Neighbors, service: str, part: str) -> dict[str, tuple[Any, ...]]:
    """What is answered where the two are not answered alike: neither as before, nor as after what that changed."""
    found: dict[str, tuple[Any, ...]] = {}
    for place in PLACES:
        if place.operation.service == service and place.part == part:
            before = seen(place.ask(neighbors.here, new_id()))
            foreign = seen(place.ask(neighbors.here, place.over_there(neighbors)))
            if foreign != before and foreign != seen(place.ask(neighbors.here, new_id())):
                found[str(place)] = (foreign, before)
            if part == "path" and foreign[0] != 404:
                found[str(place)] = (foreign, before)
    return found


def test_the_other_tenant_has_one_of_every_kind(neighbors: Neighbors) -> None:
    assert {str(place.at[0]) for place in PLACES if place.part == "path"} <= neighbors.there.ids.keys()
    parts = [place.part for place in PLACES]
    assert min(parts.count("path"), parts.count("query"), parts.count("body")) > 15


@pytest.mark.parametrize("service", SERVICES)
def test_in_a_path_it_is_not_there(neighbors: Neighbors, service: str) -> None:
    assert told_apart(neighbors, service, "path") == {}


@pytest.mark.parametrize("service", SERVICES)
def test_in_a_query_it_is_no_other_than_any(neighbors: Neighbors, service: str) -> None:
    assert told_apart(neighbors, service, "query") == {}


@pytest.mark.parametrize("service", SERVICES)
def test_in_a_body_it_is_no_other_than_any(neighbors: Neighbors, service: str) -> None:
    assert told_apart(neighbors, service, "body") == {}
