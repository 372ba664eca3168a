"""The association: its face, its numbers, and who may say so."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.contracts.defaults import DEFAULTS
from shared.ids import new_id
from tests.integration.profiles.conftest import Answer, Office

WHOLE: dict[str, Any] = {
    "name": "Acme Association of Engineers",
    "colors": {"primary": "#14532d", "secondary": "#abc"},
    "logo": "https://acme.example.org/logo.svg?v=2",
    "reply_to": "mentoring@acme.example.org",
    "locale": "pt-BR",
    "time_zone": "Europe/Rome",
    "defaults": {"offer_hours": 48, "request_expiry_days": 10},
}


def put(office: Office, body: dict[str, Any], match: str | None = None, **options: Any) -> Answer:
    headers = {} if match is None else {"If-Match": match}
    return office.call("PUT", "/v1/association", json=body, headers=headers, **options)


def read(office: Office, **options: Any) -> Answer:
    return office.call("GET", "/v1/association", **options)


def test_it_is_not_there_until_a_coordinator_says_what_it_is_called(office: Office) -> None:
    assert read(office, subject=new_id()).status_code == 404
    made = put(office, WHOLE)
    assert (made.status_code, made.headers["Location"], made.headers["ETag"]) == (201, "/v1/association", '"1"')
    assert read(office, subject=new_id()).json == made.json
    told = {"id": "acme", **WHOLE, "defaults": {"offer_hours": 48, "request_expiry_days": 10}}
    assert {name: value for name, value in made.json.items() if value is not None} == told
    assert office.announced() == [{"type": "association.updated.v1", "version": 1, **told}]


def test_what_is_left_out_is_not_said_any_more(office: Office) -> None:
    put(office, WHOLE)
    changed = put(office, {"name": "Acme", "colors": None, "defaults": {"offer_hours": None}}, '"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    said = {name: value for name, value in changed.json.items() if value not in (None, {})}
    assert said == {"id": "acme", "name": "Acme"}
    assert office.announced()[-1] == {
        "type": "association.updated.v1",
        "version": 2,
        "id": "acme",
        "name": "Acme",
        "defaults": {},
    }


def test_the_same_again_announces_nothing(office: Office) -> None:
    for _ in range(2):
        assert put(office, WHOLE).headers["ETag"] == '"1"'
    assert len(office.announced()) == 1


def test_a_stale_change_is_refused(office: Office) -> None:
    assert put(office, WHOLE, '"7"').status_code == 412
    assert put(office, WHOLE).status_code == 201
    assert put(office, {"name": "One"}, '"1"').status_code == 200
    assert put(office, {"name": "Other"}, '"1"').status_code == 412
    assert read(office).json["name"] == "One"


def test_each_tenant_has_its_own(office: Office) -> None:
    put(office, WHOLE)
    assert read(office, tenant="other").status_code == 404
    assert put(office, {"name": "Other"}, tenant="other").status_code == 201
    assert read(office).json["name"] == WHOLE["name"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": " "}, "/name"),
        ({"colors": {"primary": "green"}}, "/colors/primary"),
        ({"colors": {"primary": "#12345"}}, "/colors/primary"),
        ({"colors": {"primary": "#14532d\n"}}, "/colors/primary"),
        ({"logo": "http://acme.example.org/logo.svg"}, "/logo"),
        ({"logo": 'https://acme.example.org/a"b'}, "/logo"),
        ({"logo": "javascript:alert(1)"}, "/logo"),
        ({"reply_to": "mentoring"}, "/reply_to"),
        ({"locale": "english please"}, "/locale"),
        ({"time_zone": "Europe/Atlantis"}, "/time_zone"),
        ({"defaults": {"no_such_number": 1}}, "/defaults/no_such_number"),
        ({"defaults": {"offer_hours": 0}}, "/defaults/offer_hours"),
        ({"defaults": {"offer_hours": "24"}}, "/defaults/offer_hours"),
        ({"defaults": {"offer_hours": 1.5}}, "/defaults/offer_hours"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(office: Office, change: dict[str, Any], pointer: str) -> None:
    answer = put(office, WHOLE | change)
    assert (answer.status_code, [fault["pointer"] for fault in answer.json["errors"]]) == (422, [pointer])


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_number_may_be_at_its_bounds_and_no_further(office: Office, name: str) -> None:
    default = DEFAULTS[name]
    assert default.least <= default.value <= default.most
    for number, status in (
        (default.least, 201),
        (default.most, 200),
        (default.least - 1, 422),
        (default.most + 1, 422),
    ):
        assert put(office, {"name": "Acme", "defaults": {name: number}}).status_code == status


def test_of_many_first_words_at_once_each_is_a_version(office: Office) -> None:
    barrier = threading.Barrier(6)

    def say(number: int) -> int:
        barrier.wait()
        return put(office, {"name": f"Acme {number}"}).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(say, range(6)))
    assert sorted(statuses) == [200] * 5 + [201]
    assert [each["version"] for each in office.announced()] == list(range(1, 7))
    assert read(office).json["name"] == office.announced()[-1]["name"]
