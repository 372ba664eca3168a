"""Real orders over the real broker: upload, topic, registration, link, message."""

from typing import Any

import orjson
from kafka import KafkaConsumer, KafkaProducer

from services.events.sources.pretix import attendee_records
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction
from tests.integration.events.conftest import Bench
from tests.integration.events.rounds import arrive, ask, do, plans, shown
from tests.integration.events.test_imports import content, upload
from tests.integration.messaging.conftest import eventually
from tests.unit.events.pretix_orders import all_orders


def test_the_orders_of_a_real_shop_become_registrations_and_one_live_ticket_of_two_is_enough(
    bench_on_broker: Bench,
) -> None:
    bench, ada = bench_on_broker, new_id()
    event = bench.event()
    records = [record for order in all_orders() for record in attendee_records(order)]
    # The shop's clock is ahead of this test's: what matters here is the order of what it says.
    dated = [record | {"updated_at": f"2026-01-01T00:00:{number:02}Z"} for number, record in enumerate(records)]
    tickets = ("summit/URFY3-1", "summit/TKX9Z-1")
    member = {
        "id": ada,
        "given_name": "Ada",
        "family_name": "Okafor",
        "identifiers": [{"issuer": "pretix", "value": value, "version": 1} for value in tickets],
    }

    def announce(transaction: Transaction) -> None:
        transaction.publish("member.registered.v1", key=ada, version=1, data=member)

    with bench.running():
        assert content(upload(bench, event, dated))["published"] == 12
        bench.foundation.unit_of_work.run(announce, tenant=bench.tenant)
        eventually(lambda: len(bench.registrations(event)) == 12)
        eventually(lambda: bench.shown(event)["seats_taken"] == 10)
        eventually(lambda: len(bench.registrations(event, q="ada")) == 2)
        eventually(lambda: {each["member_id"] for each in bench.registrations(event, q="ada")} == {ada})
        cancelled = {"updated_at": "2026-01-02T00:00:00Z", "status": "cancelled"}
        content(upload(bench, event, [dated[0] | cancelled]))
        eventually(lambda: bench.shown(event)["seats_taken"] == 9)
    assert {each["attending"] for each in bench.registrations(event, q="ada")} == {True}
    assert len([each for each in bench.registrations(event) if each["checked_in_at"]]) == 1


def test_a_structured_event_from_outside_becomes_a_registration_and_a_broken_one_stops_nothing(
    bench_on_broker: Bench,
) -> None:
    bench = bench_on_broker
    event = bench.event()
    producer = KafkaProducer(**bench.settings.kafka.client_options(), acks="all")
    topic = bench.settings.topic("attendees.v1")
    (record,) = attendee_records(all_orders()[0])
    cloud_event = {
        "specversion": "1.0",
        "id": new_id(),
        "source": "https://tickets.example.org",
        "type": "org.ithaca.attendee.published.v1",
        "tenant": bench.tenant,
        "data": record | {"updated_at": "2026-01-01T00:00:00Z"},
    }
    headers = [("content-type", b"application/cloudevents+json")]
    broken = [("ce_id", b"x"), ("ce_tenant", bench.tenant.encode()), ("ce_specversion", b"1.0"), ("ce_source", b"/x")]
    with bench.running():
        producer.send(topic, key=b"k", value=b"not json", headers=[*broken, ("ce_type", b"x")])
        producer.send(topic, key=b"k", value=orjson.dumps(cloud_event), headers=headers)
        producer.flush()
        eventually(lambda: len(bench.registrations(event)) == 1)
    producer.close()
    refused = bench.call("GET", "/v1/rejections", "integrator").json
    assert refused is not None
    assert len(refused["items"]) == 1
    assert "JSON" in refused["items"][0]["reason"]


def test_rounds_are_planned_by_a_running_worker_and_their_plan_goes_out_over_the_broker(bench_on_broker: Bench) -> None:
    bench = bench_on_broker
    event = bench.event()
    people = arrive(bench, 9)
    consumer = KafkaConsumer(
        bench.settings.topic("meetings.v1"),
        **bench.settings.kafka.client_options(),
        auto_offset_reset="earliest",
        consumer_timeout_ms=500,
    )
    heard: list[dict[str, Any]] = []

    def has_come() -> bool:
        heard.extend(orjson.loads(each.value) for each in consumer)
        return len(heard) > 0

    with bench.running():
        series = ask(bench, event, rounds=3, group_size=3)
        # The first process on a machine compiles the search for plans before it plans.
        eventually(lambda: shown(bench, series)["state"] == "ready", within_seconds=180)
        assert do(bench, series, "publish").status_code == 200
        eventually(has_come)
    consumer.close()
    [message] = heard
    assert (message["id"], message["member_ids"], message["group_size"]) == (series["id"], people, 3)
    assert {len(seat["partners"]) for each in plans(bench, series) for seat in each["rounds"]} == {2}
