"""Webhooks: who may send them, what comes of them, and that the same one twice comes to the same."""

import base64
import threading
import time
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from shared.standard_webhooks import signature
from tests.integration.events.conftest import Bench, ticket
from tests.integration.events.test_sources import PRETIX, configured
from tests.unit.events.test_cvent import EVENT, INVITEE, entry, message


def signed(made: dict[str, Any], body: bytes, identifier: str = "msg_1", *, ago: int = 0) -> dict[str, str]:
    timestamp = str(int(time.time()) - ago)
    right = signature(made["secret"], identifier, timestamp, body)
    return {"webhook-id": identifier, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{right}"}


def send(bench: Bench, made: dict[str, Any], content: Any, identifier: str = "msg_1", **options: Any) -> TestResponse:
    """A signed delivery."""
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    headers = signed(made, body, identifier, **options)
    return bench.app.test_client().post(made["hook"], data=body, headers=headers, content_type="application/json")


def show(bench: Bench, made: dict[str, Any], content: Any, path: str = "") -> TestResponse:
    """A delivery that shows the secret."""
    headers = {"Authorization": made["secret"]}
    return bench.app.test_client().post(f"{made['hook']}{path}", json=content, headers=headers)


def rejections(bench: Bench, source: str) -> list[dict[str, Any]]:
    listed = bench.call("GET", "/v1/rejections", "integrator", query_string={"source": source}).json
    assert listed is not None
    items: list[dict[str, Any]] = listed["items"]
    return items


def shop_ticket(registration: str = "A-1", **fields: Any) -> dict[str, Any]:
    return ticket(registration, source="shop", **fields)


def test_a_validating_get_is_answered_with_200(bench: Bench) -> None:
    made = configured(bench, kind="cvent")
    answer = bench.app.test_client().get(made["hook"])
    assert (answer.status_code, answer.json) == (200, {"id": made["id"], "kind": "cvent"})


def test_a_signed_record_goes_where_an_outside_publisher_s_would(bench: Bench) -> None:
    made = configured(bench, name="shop")
    answer = send(bench, made, shop_ticket())
    assert answer.status_code == 202, answer.get_data()
    assert answer.json is not None
    assert {name: answer.json[name] for name in ("published", "refused", "fetches")} == {
        "published": 1,
        "refused": 0,
        "fetches": 0,
    }
    [told] = bench.told("attendee.published")
    assert (told.key, told.data) == ("shop/summit/A-1", shop_ticket())


def test_the_same_delivery_twice_is_answered_with_the_first_result(bench: Bench) -> None:
    made = configured(bench, name="shop")
    first, second = send(bench, made, shop_ticket()), send(bench, made, shop_ticket())
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json == second.json
    assert len(bench.told("attendee.published")) == 1


def test_duplicate_deliveries_that_race_are_one(bench: Bench) -> None:
    made = configured(bench, name="shop")
    answers: list[TestResponse] = []
    threads = [threading.Thread(target=lambda: answers.append(send(bench, made, shop_ticket()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.status_code for each in answers) == [200] * 7 + [202]
    assert len({each.json["id"] for each in answers if each.json}) == 1
    assert len(bench.told("attendee.published")) == 1


def test_a_wrong_or_stale_signature_is_a_401_that_says_which(bench: Bench) -> None:
    made = configured(bench, name="shop")
    wrong = send(bench, made | {"secret": "whsec_" + base64.b64encode(b"x" * 32).decode()}, shop_ticket())
    stale = send(bench, made, shop_ticket(), ago=400)
    unsigned = bench.app.test_client().post(made["hook"], json=shop_ticket())
    for answer, word in ((wrong, "signature"), (stale, "seconds away"), (unsigned, "webhook-id")):
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        assert word in answer.json["detail"]  # type: ignore[index]
    assert bench.told("attendee") == []


def test_after_a_rotation_both_secrets_are_good_for_a_while(bench: Bench) -> None:
    made = configured(bench, name="shop")
    path = f"/v1/sources/{made['id']}"
    rotated = bench.call("PATCH", path, "integrator", json={"rotate_secret": True}).json
    assert rotated is not None
    assert rotated["secret"] != made["secret"]
    for number, each in enumerate((made, made | {"secret": rotated["secret"]})):
        assert send(bench, each, shop_ticket(f"A-{number}"), f"msg_{number}").status_code == 202
    past = {"$set": {"previous_until": bench.foundation.clock.now()}}
    bench.foundation.database["sources"].update_one({"_id": made["id"]}, past)
    assert send(bench, made, shop_ticket("A-3"), "msg_3").status_code == 401


def test_a_body_that_is_too_long_or_no_json_is_refused(bench: Bench) -> None:
    made = configured(bench, name="shop")
    assert send(bench, made, b'{"a": "' + b"x" * (1 << 20) + b'"}').status_code == 413
    assert send(bench, made, b"{no json").status_code == 400
    for body in (7, "text", []):
        assert send(bench, made, body).status_code == 422
    assert bench.told("attendee") == []


def test_a_bad_record_is_refused_once_with_each_fault_however_often_it_is_sent(bench: Bench) -> None:
    made = configured(bench, name="shop")
    bad = shop_ticket(status="maybe", updated_at="2098-01-01T00:00:00Z")
    for _ in range(3):
        answer = send(bench, made, bad)
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["/status"]  # type: ignore[index]
    assert send(bench, made, bad, "msg_2").status_code == 422
    [rejection] = rejections(bench, "shop")
    assert (rejection["state"], rejection["source_registration_id"]) == ("refused", "A-1")
    assert [fault["pointer"] for fault in rejection["faults"]] == ["/status"]
    assert "ada@example.org" not in repr(rejection)
    assert rejections(bench, "pretix") == []


def test_of_a_list_the_sound_records_are_taken_and_the_others_named(bench: Bench) -> None:
    made = configured(bench, name="shop")
    several = [shop_ticket("A-1"), shop_ticket("A-2", status="maybe"), [], shop_ticket("A-3")]
    answer = send(bench, made, several)
    assert answer.status_code == 202
    assert answer.json is not None
    assert (answer.json["published"], answer.json["refused"]) == (2, 2)
    assert [fault["pointer"] for fault in answer.json["faults"]] == ["/1/status", "/2"]
    assert len(rejections(bench, "shop")) == 2


def test_a_source_speaks_for_itself_alone(bench: Bench) -> None:
    made = configured(bench, name="shop")
    answer = send(bench, made, ticket())
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/source"]  # type: ignore[index]
    assert bench.told("attendee") == []


def test_rejections_of_doors_and_of_the_topic_are_one_list_in_pages(bench: Bench) -> None:
    made = configured(bench, name="shop")
    for number in range(3):
        send(bench, made, shop_ticket(f"A-{number}", status="maybe"), f"msg_{number}")
        bench.ticket(f"B-{number}", source="shop", status="maybe")
    seen, cursor = [], None
    while True:
        query = {"source": "shop", "limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = bench.call("GET", "/v1/rejections", "integrator", query_string=query).json
        assert page is not None
        seen += [(each["state"], each["source_registration_id"]) for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [(state, f"{word}-{n}") for n in range(3) for state, word in (("refused", "A"), ("dead", "B"))]


def test_cvent_s_message_is_taken_in_full_and_once(bench: Bench) -> None:
    made = configured(bench, kind="cvent")
    kind, stub = "InviteeOrGuestAccepted", "fb8fcfce-691d-4ef1-a4bf-3239105f2eb9"
    first = show(bench, made, message(), f"/{kind}/{stub}")
    second = show(bench, made, message())
    assert (first.status_code, second.status_code) == (202, 200), first.get_data()
    [told] = bench.told("attendee.published")
    assert told.key == f"cvent/{EVENT}/{INVITEE}"


def test_cvent_s_messages_of_other_matters_are_acknowledged_and_unknown_ones_reported(bench: Bench) -> None:
    made = configured(bench, kind="cvent")
    other = show(bench, made, message("InviteeAttendsCventSession") | {"messageStub": "A"})
    assert other.status_code == 202
    unknown = show(bench, made, message("InviteeOrGuestLevitates") | {"messageStub": "B"})
    assert unknown.status_code == 422
    broken = show(bench, made, message("InviteeOrGuestAccepted", entry(eventStub=[])) | {"messageTime": "soon"})
    assert broken.status_code == 422
    assert len(rejections(bench, "cvent")) == 2


def test_a_shared_secret_is_taken_in_the_ways_that_ticket_systems_have(bench: Bench) -> None:
    made = configured(bench, **PRETIX)
    client, body = bench.app.test_client(), {"action": "pretix.customer.created"}
    basic = base64.b64encode(f"pretix:{made['secret']}".encode()).decode()
    for authorization in (made["secret"], f"Bearer {made['secret']}", f"Basic {basic}"):
        assert client.post(made["hook"], json=body, headers={"Authorization": authorization}).status_code == 202
    assert client.post(f"{made['hook']}?secret={made['secret']}", json=body).status_code == 202
    assert client.post(f"{made['hook']}?secret=wrong", json=body).status_code == 401
    assert client.post(made["hook"], json=body).status_code == 401


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"organizer": "another"}, "/organizer"),
        ({"code": "../../x"}, "/code"),
        ({"event": ".."}, "/event"),
        ({"event": 7}, "/event"),
    ],
)
def test_what_a_thin_webhook_may_not_name_is_never_fetched(bench: Bench, change: dict[str, Any], pointer: str) -> None:
    made = configured(bench, **PRETIX)
    body = {"notification_id": 1, "organizer": "assoc", "event": "summit", "code": "ABC23", "action": "x"} | change
    answer = show(bench, made, body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]  # type: ignore[index]
    assert bench.foundation.database["source_fetches"].find_one({"source_id": made["id"]}) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.eventbriteapi.com.evil.example/v3/orders/1/",
        "http://169.254.169.254/v3/orders/1/",
        "https://www.eventbriteapi.com:8443/v3/orders/1/",
        "file:///etc/passwd",
        7,
    ],
)
def test_an_address_outside_the_source_s_own_system_is_never_fetched(bench: Bench, url: object) -> None:
    made = configured(bench, kind="eventbrite", base_url="https://www.eventbriteapi.com")
    answer = show(bench, made, {"api_url": url, "config": {"action": "order.placed"}})
    assert answer.status_code == 422
    assert bench.foundation.database["source_fetches"].find_one({"source_id": made["id"]}) is None


def test_eventbrite_s_test_ping_and_other_matters_are_acknowledged_and_ignored(bench: Bench) -> None:
    made = configured(bench, kind="eventbrite")
    ping = {"api_url": "https://www.eventbriteapi.com/{api-endpoint-to-fetch-object-details}/"}
    for action, url in (("test", ping["api_url"]), ("venue.updated", "https://www.eventbriteapi.com/v3/venues/1/")):
        answer = show(bench, made, {"api_url": url, "config": {"action": action}})
        assert answer.status_code == 202, answer.get_data()
        assert answer.json is not None
        assert answer.json["fetches"] == 0
