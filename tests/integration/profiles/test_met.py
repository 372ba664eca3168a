"""Whom a member has met at events: as these show themselves, and nobody who is kept apart from them."""

from itertools import count
from typing import Any

from shared.contracts import registry
from shared.ids import new_id
from shared.messaging import envelope
from shared.messaging.envelope import Message
from shared.messaging.record import Record
from tests.integration.profiles.conftest import ARRIVED, Office
from tests.integration.profiles.test_blocks import hear, told
from tests.integration.profiles.test_erasing import erased

_offsets = count(10_000)
EVENT = new_id()


def met(*pair: str, meeting: str | None = None, version: int = 1, reverted: bool = False) -> Record:
    """What events says of a meeting that was held, or was not after all."""
    kind = registry.get("people.met_reverted.v1" if reverted else "people.met.v1")
    key = meeting or new_id()
    data = {
        "event_id": EVENT,
        "meeting_id": key,
        "member_ids": sorted(pair),
        "met_on": "2026-05-04",
        "met_at": "2026-05-04T09:20:00Z",
    }
    assert not kind.strict_faults(data)
    source = "/tenants/acme/services/events"
    message = Message(new_id(), kind.name, source, key, ARRIVED, "acme", key, version, new_id(), None, None, data)
    return Record(
        kind.topic.name, 0, next(_offsets), ARRIVED, key.encode(), envelope.value(message), envelope.headers(message)
    )


def three(office: Office) -> tuple[str, ...]:
    fields: dict[str, Any] = {"visibility": {"name": "all", "email": "nobody"}}
    return tuple(office.register(given_name=name, **fields)["id"] for name in ("Ada", "Ben", "Chiara"))


def listed(office: Office, who: str, query: str = "") -> list[dict[str, Any]]:
    answer = office.call("GET", f"/v1/members/me/met{query}", "member", subject=who)
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_each_of_the_two_finds_the_other(office: Office) -> None:
    ada, ben, chiara = three(office)
    hear(office, met(ada, ben))
    (shown,) = listed(office, ada)
    assert (shown["event_id"], shown["met_at"], shown["member"]["id"]) == (EVENT, "2026-05-04T09:20:00Z", ben)
    assert shown["member"]["given_name"] == "Ben"
    assert "email" not in shown["member"]
    assert [each["member"]["id"] for each in listed(office, ben)] == [ada]
    assert listed(office, chiara) == []


def test_what_was_taken_back_is_there_no_more(office: Office) -> None:
    ada, ben, _ = three(office)
    meeting = new_id()
    hear(office, met(ada, ben, meeting=meeting), met(ada, ben, meeting=meeting, version=2, reverted=True))
    assert listed(office, ada) == []
    hear(office, met(ada, ben, meeting=meeting, version=1))
    assert listed(office, ada) == []
    hear(office, met(ada, ben, meeting=meeting, version=3))
    assert len(listed(office, ada)) == 1


def test_who_is_kept_apart_is_not_shown(office: Office) -> None:
    ada, ben, chiara = three(office)
    hear(office, met(ada, ben), met(ada, chiara))
    hear(office, told(ada, ben, blocked=True, version=1))
    assert [each["member"]["id"] for each in listed(office, ada)] == [chiara]


def test_the_erased_are_forgotten_and_do_not_come_back(office: Office) -> None:
    ada, ben, chiara = three(office)
    hear(office, met(ada, ben), met(ada, chiara))
    erased(office, ben)
    hear(office, met(ada, ben))
    assert [each["member"]["id"] for each in listed(office, ada)] == [chiara]


def test_the_list_is_read_page_by_page(office: Office) -> None:
    ada, ben, chiara = three(office)
    hear(office, met(ada, ben), met(ada, chiara), met(ada, ben))
    first = office.call("GET", "/v1/members/me/met?limit=2", "member", subject=ada).json
    rest = office.call("GET", f"/v1/members/me/met?cursor={first['next']}", "member", subject=ada).json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    people = [each["member"]["id"] for each in (*first["items"], *rest["items"])]
    assert sorted(people) == sorted((ben, ben, chiara))
