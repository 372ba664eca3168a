"""Members find each other: by what is shown to them, page by page, and by nothing that is hidden."""

import threading
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from services.profiles.domain.visibility import DEFAULTS, EARNED
from shared.ids import new_id
from shared.messaging.record import Record
from tests.integration.profiles.conftest import ARRIVED, Office

FULL: dict[str, Any] = {
    "email": "bea@example.org",
    "organization": "Rivertown",
    "job_title": "Surveyor",
    "industry": "Hydrology",
    "roles": ["mentor"],
    "seniority": 3,
    "time_zone": "Europe/Rome",
    "locale": "it",
    "languages": [{"code": "pt-BR", "level": 5}],
    "skills": [{"id": "x:Geo.1", "label": "Geodesy", "level": 4, "side": "offers"}],
    "goals": [{"text": "Teach"}],
    "availability": [{"day": "mon", "from": "18:00", "to": "20:00"}],
    "frequency": "weekly",
    "format": "video",
}
ASKED_BY: dict[str, list[dict[str, str]]] = {
    "name": [{"q": "bea"}, {"q": "lind"}],
    "organization": [{"q": "rivertown"}],
    "job_title": [{"q": "surveyor"}],
    "industry": [{"q": "hydrology"}, {"industry": "hydrology"}],
    "languages": [{"language": "pt-br"}],
    "skills": [{"q": "geodesy"}, {"skill": "geodesy"}, {"skill": "x:Geo.1"}],
    "roles": [{"role": "mentor"}],
}
"""What finds the member by each field."""


def told(kind: str, key: str, data: dict[str, Any], version: int, topic: str) -> Record:
    attributes = {
        "specversion": "1.0",
        "id": new_id(),
        "source": "/tenants/acme/services/another",
        "type": f"org.ithaca.{kind}.v1",
        "tenant": "acme",
        "aggregateversion": str(version),
    }
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    return Record(topic, 0, next(OFFSETS), ARRIVED, key.encode(), orjson.dumps(data), headers)


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


OFFSETS = _numbers()


def registration(member: str, event: str, status: str = "confirmed", key: str = "", version: int = 1) -> Record:
    identifier = key or new_id()
    data = {
        "id": identifier,
        "event_id": event,
        "member_id": member,
        "status": status,
        "attending": status == "confirmed",
    }
    kind = f"registration.{status}"
    return told(kind, identifier, data, version, "registrations.v1")


def enrollment(member: str, program: str, state: str = "approved", key: str = "", version: int = 1) -> Record:
    identifier = key or new_id()
    data = {"id": identifier, "program_id": program, "member_id": member, "role": "mentee", "state": state}
    kind = {"approved": "approved", "paused": "paused", "withdrawn": "withdrawn"}[state]
    return told(f"enrollment.{kind}", identifier, data, version, "matches.v1")


def hear(office: Office, *records: Record) -> None:
    for record in records:
        office.service.handling().handle([record])


def found(office: Office, subject: str | None = None, **query: Any) -> list[str]:
    answer = office.call("GET", "/v1/members", subject=subject, query_string=query)
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["items"]]


@pytest.fixture
def viewer(office: Office) -> str:
    identifier: str = office.register(given_name="Vera", family_name="Viewer")["id"]
    return identifier


@pytest.mark.parametrize("setting", ["nobody", "participants", "all", "default"])
@pytest.mark.parametrize("together", [True, False])
def test_each_field_is_shown_and_found_by_as_its_member_says(
    office: Office, viewer: str, together: bool, setting: str
) -> None:
    """Field x viewer x setting, through each door that shows a member: by itself, in the list, in what is found."""
    closed, event = dict.fromkeys(DEFAULTS, "nobody"), new_id()
    if together:
        hear(office, registration(viewer, event))
    for field, default in DEFAULTS.items():
        said = {name: who for name, who in closed.items() if name != field}
        said |= {field: setting} if setting != "default" else {}
        bea = office.register(given_name="Bea", family_name="Lindqvist", **FULL | {"email": None}, visibility=said)[
            "id"
        ]
        office.call("PATCH", f"/v1/members/{bea}", json={"email": f"bea.{field}@example.org"})
        hear(office, registration(bea, event))
        effective = default if setting == "default" else setting
        visible = effective == "all" or (effective == "participants" and together)
        names = {"given_name", "family_name"} if field == "name" else {field}
        expected = {"id"} | (names if visible else set())
        alone = office.call("GET", f"/v1/members/{bea}", subject=viewer).json
        listed = office.call("GET", "/v1/members", subject=viewer).json["items"]
        [shown] = [each for each in listed if each["id"] == bea]
        assert set(alone) == expected, field
        assert set(shown) == expected - set(EARNED), field
        for query in ASKED_BY.get(field, []):
            assert (bea in found(office, viewer, **query)) is visible, query
            assert bea in found(office, **query), "staff find whatever is hidden"


@pytest.mark.parametrize(
    ("make", "unmake"),
    [
        (
            lambda who, at, key: registration(who, at, key=key),
            lambda w, at, key: registration(w, at, "cancelled", key, 2),
        ),
        (lambda who, at, key: enrollment(who, at, key=key), lambda w, at, key: enrollment(w, at, "withdrawn", key, 2)),
    ],
)
def test_who_no_longer_takes_part_is_shown_no_more(office: Office, viewer: str, make: Any, unmake: Any) -> None:
    bea, place, key = office.register(given_name="Bea")["id"], new_id(), new_id()
    hear(office, make(bea, place, new_id()), make(viewer, place, key))
    assert found(office, viewer, q="bea") == [bea]
    hear(office, unmake(viewer, place, key))
    assert found(office, viewer, q="bea") == []
    assert set(office.call("GET", f"/v1/members/{bea}", subject=viewer).json) == {"id"}


def test_who_only_waits_for_a_seat_sees_nobody(office: Office, viewer: str) -> None:
    bea, event = office.register(given_name="Bea")["id"], new_id()
    hear(office, registration(bea, event), registration(viewer, event, "waitlisted"))
    assert found(office, viewer, q="bea") == []


def test_a_ticket_that_moved_to_another_takes_the_sight_with_it(office: Office, viewer: str) -> None:
    bea, event, key = office.register(given_name="Bea")["id"], new_id(), new_id()
    hear(office, registration(bea, event), registration(viewer, event, key=key))
    other = office.register(given_name="Omar")["id"]
    hear(office, registration(viewer, event, "cancelled", key, 2), registration(other, event, "confirmed", key, 3))
    assert (found(office, viewer, q="bea"), found(office, other, q="bea")) == ([], [bea])


def test_all_that_is_asked_must_hold_and_pages_neither_skip_nor_repeat(office: Office, viewer: str) -> None:
    everybody = dict.fromkeys(DEFAULTS, "all")
    wanted = [
        office.register(given_name=f"Bo{number}", roles=["mentor"], industry="Law", visibility=everybody)["id"]
        for number in range(7)
    ]
    office.register(given_name="Bob", roles=["mentee"], industry="Law", visibility=everybody)
    office.register(given_name="Bob", roles=["mentor"], industry="Tax", visibility=everybody)
    query = {"q": "bo", "role": "mentor", "industry": "law", "limit": 3}
    pages: list[list[str]] = []
    cursor = None
    while True:
        asked = query | ({"cursor": cursor} if cursor else {})
        answer = office.call("GET", "/v1/members", subject=viewer, query_string=asked).json
        pages.append([each["id"] for each in answer["items"]])
        if pages == [wanted[:3]]:
            office.register(given_name="Bo-late", roles=["mentor"], industry="Law", visibility=everybody)
        if (cursor := answer["next"]) is None:
            break
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [each for page in pages for each in page][:7] == wanted


def test_a_change_of_the_profile_leaves_where_the_member_takes_part(office: Office, viewer: str) -> None:
    bea, event = office.register(given_name="Bea")["id"], new_id()
    hear(office, registration(bea, event), registration(viewer, event))
    assert office.call("PATCH", f"/v1/members/{bea}", json={"given_name": "Beatrix"}).status_code == 200
    assert found(office, viewer, q="beatrix") == [bea]
    assert found(office, viewer, q="bea lindqvist") == []


def test_two_places_learned_at_once_are_both_kept(office: Office) -> None:
    """Each transaction reads where the member takes part and writes it: raced, neither may forget the other's."""
    for _ in range(10):
        bea, places = office.register(given_name="Bea")["id"], [new_id() for _ in range(4)]
        threads = [threading.Thread(target=hear, args=(office, registration(bea, place))) for place in places]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = office.foundation.database["members"].find_one({"_id": bea})
        assert kept is not None
        assert kept["places"] == sorted(f"event:{place}" for place in places)


def test_an_announcement_makes_members_of_an_earlier_version_found(office: Office) -> None:
    bea = office.register(given_name="Bea")["id"]
    office.foundation.database["members"].update_one({"_id": bea}, {"$unset": {"terms": ""}})
    assert found(office, q="bea") == []
    facts, *_ = office.service.facts
    office.foundation.unit_of_work.run(lambda transaction: facts.announce_again(transaction, bea), tenant="acme")
    assert found(office, q="bea") == [bea]


def test_a_skill_is_found_by_any_word_for_it(office: Office) -> None:
    for seed in office.service.seeds:
        seed.bring()
    typed = [
        office.register(skills=[{"label": label, "level": 3, "side": "offers"}])["id"]
        for label in ("Project management", "Projektmanagement", "Kite building")
    ]
    assert found(office, skill="project management") == found(office, skill="PROJEKTMANAGEMENT") == typed[:2]
    assert found(office, skill="kite building") == typed[2:]


def test_what_no_member_can_be_finds_nobody(office: Office, viewer: str) -> None:
    office.register()
    assert found(office, q="?!") == []
    assert found(office, viewer, skill="astrology") == []
    refused = office.call("GET", "/v1/members", query_string={"role": "boss"})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/role")
