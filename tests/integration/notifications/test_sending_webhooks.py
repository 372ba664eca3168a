"""What happens is sent to webhooks: signed, tried again, in order where it is wanted, and nobody waits for another."""

import dataclasses
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from services.notifications.domain.webhook_delivery import PAUSES
from services.notifications.webhook_store import WebhookDeliveries
from shared.ids import new_id
from shared.messaging.due import DueLoop, claim
from shared.messaging.lease import LeaseLost
from shared.outgoing.addresses import Reach
from tests.integration.messaging.conftest import eventually
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.hooked import Hooked
from tests.integration.notifications.receiving import Answer, Received, Receiver, receiving
from tests.unit.notifications.news import examples

CONFIRMED = "org.ithaca.registration.confirmed.v1"


@pytest.fixture
def hooked(desk: Desk, receiver: Receiver) -> Hooked:
    return Hooked(desk, receiver)


def confirm(hooked: Hooked, number: int = 1, **changes: Any) -> list[str]:
    """So many registrations of their own; their ids."""
    ids = [new_id() for _ in range(number)]
    for each in ids:
        hooked.desk.hear_example("registration.confirmed.v1", "made-here", id=each, **changes)
    return ids


def test_what_is_sent_is_the_message_as_a_cloud_event_that_the_standards_library_verifies(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    message_id = new_id()
    hooked.desk.hear_example("registration.confirmed.v1", "made-here", message_id=message_id, version=3)
    hooked.work()
    [came] = hooked.receiver.received
    assert came.headers["content-type"].startswith("application/cloudevents+json")
    event: dict[str, Any] = Webhook(made["secret"]).verify(came.body, dict(came.headers))
    assert (event["id"], event["type"], event["tenant"]) == (message_id, CONFIRMED, "acme")
    assert (event["specversion"], event["aggregateversion"], event["source"]) == (
        "1.0",
        "3",
        "/tenants/acme/services/test",
    )
    assert event["data"]["attending"] is True
    assert came.id == message_id
    [delivery] = hooked.log(made)
    assert (delivery["state"], delivery["message_id"], delivery["type"]) == ("delivered", message_id, CONFIRMED)
    [attempt] = delivery["attempts"]
    assert (attempt["status"], attempt["outcome"]) == (204, "delivered")
    shown = hooked.shown(made)
    assert (shown["last_outcome"], shown["last_failure_at"], shown["failing_since"]) == ("delivered", None, None)


def test_both_secrets_verify_while_one_is_rotated(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    rotated = hooked.ask("POST", f"/{made['id']}/rotate").get_json()
    confirm(hooked)
    hooked.work()
    [came] = hooked.receiver.received
    for secret in (made["secret"], rotated["secret"]):
        assert Webhook(secret).verify(came.body, dict(came.headers))


def test_a_webhook_gets_the_types_it_asked_for_of_its_own_tenant(hooked: Hooked) -> None:
    hooked.register(["org.ithaca.event.published.v1"])
    hooked.desk.hear_example("event.published.v1", "summit", tenant="other", id=new_id())
    hooked.desk.know_everybody()
    hooked.work()
    assert hooked.receiver.types() == ["event.published.v1"]
    assert hooked.receiver.received[0].event["tenant"] == "acme"


def test_one_for_every_type_gets_no_content_of_mentorships_and_no_goals(hooked: Hooked) -> None:
    hooked.register(["*"])
    hooked.desk.know_everybody()
    hooked.desk.hear_example("appreciation.sent.v1", next(iter(examples("appreciation.sent.v1"))))
    hooked.work()
    members = [each.event["data"] for each in hooked.receiver.received if ".member." in each.event["type"]]
    assert {each["given_name"] for each in members} == {"Ada", "Ben"}
    assert not any({"goals", "availability"} & each.keys() for each in members)
    assert "appreciation.sent.v1" in hooked.receiver.types()


def test_the_same_message_twice_is_sent_once(hooked: Hooked) -> None:
    hooked.register([CONFIRMED])
    message_id, registration = new_id(), new_id()
    for _ in range(2):
        hooked.desk.hear_example(
            "registration.confirmed.v1", "made-here", id=registration, message_id=message_id, version=2
        )
    hooked.work()
    assert len(hooked.receiver.received) == 1


def test_an_end_of_a_member_is_told_without_data(hooked: Hooked) -> None:
    hooked.register(["org.ithaca.member.erased.v1"])
    hooked.desk.hear("member.erased.v1", None, key=new_id(), version=4)
    hooked.work()
    [came] = hooked.receiver.received
    assert "data" not in came.event


def test_a_message_too_large_is_sent_thin_with_the_ids_it_names(hooked: Hooked) -> None:
    hooked.register(["org.ithaca.event.published.v1"])
    hooked.desk.hear_example("event.published.v1", "summit", description="x" * 9000, place="é" * 500)
    hooked.desk.hear_example("event.published.v1", "summit", id=new_id(), description="é" * 9999)
    hooked.work()
    whole, thin = hooked.receiver.received
    assert "thin" not in whole.event
    assert len(thin.body) < 20_000
    assert thin.event["thin"] is True
    assert set(thin.event["data"]) == {"id"}
    assert "dataschema" not in thin.event


def test_what_is_due_goes_over_one_connection(hooked: Hooked) -> None:
    hooked.register([CONFIRMED])
    confirm(hooked, 10)
    hooked.work()
    assert len(hooked.receiver.received) == 10
    assert len(hooked.receiver.connections) == 1


def test_one_that_fails_comes_again_by_the_table_with_the_same_id_and_a_new_signature(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    hooked.receiver.answer(500)
    confirm(hooked)
    hooked.work()
    for number, pause in enumerate(PAUSES, start=1):
        assert len(hooked.receiver.received) == number
        hooked.desk.clock.pass_by(pause - timedelta(milliseconds=5))
        hooked.work()
        assert len(hooked.receiver.received) == number, "not before its time"
        hooked.desk.clock.pass_by(pause * 0.25)  # its jitter is a fifth at most
        hooked.work()
    assert len(hooked.receiver.received) == 10
    assert len({each.id for each in hooked.receiver.received}) == 1
    assert len({each.body for each in hooked.receiver.received}) == 1
    assert len({each.headers["webhook-timestamp"] for each in hooked.receiver.received}) == 10
    [delivery] = hooked.log(made)
    assert (delivery["state"], delivery["next_attempt_at"], len(delivery["attempts"])) == ("failed", None, 10)
    hooked.later(days=2)
    assert len(hooked.receiver.received) == 10


def test_one_that_is_given_up_can_be_sent_again_by_hand_under_the_same_id(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    confirm(hooked)
    hooked.work()
    [delivery] = hooked.log(made)
    hooked.desk.clock.pass_by(timedelta(days=29))
    answer = hooked.ask("POST", f"/{made['id']}/deliveries/{delivery['id']}/retry")
    assert (answer.status_code, answer.get_json()["state"]) == (202, "pending")
    hooked.work()
    first, again = hooked.receiver.received
    assert (first.id, first.body) == (again.id, again.body)
    assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    [delivery] = hooked.log(made)
    assert [each["outcome"] for each in delivery["attempts"]] == ["delivered", "delivered"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(301, "redirected"), (307, "redirected"), (400, "refused"), (404, "refused"), (429, "failed"), (503, "failed")],
)
def test_every_status_but_2xx_is_a_failure_and_a_redirect_is_not_followed(
    hooked: Hooked, status: int, outcome: str
) -> None:
    made = hooked.register([CONFIRMED])
    with receiving() as elsewhere:
        hooked.receiver.answer(status, Location=elsewhere.url)
        confirm(hooked)
        hooked.work()
        assert elsewhere.received == []
    assert hooked.outcomes(made) == [outcome]
    [delivery] = hooked.log(made)
    assert (delivery["state"], delivery["attempts"][0]["status"]) == ("pending", status)


def test_410_disables_and_what_waited_is_sent_when_it_is_enabled_again(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    hooked.receiver.answer(410)
    confirm(hooked, 3)
    hooked.work()
    shown = hooked.shown(made)
    assert (shown["state"], shown["disabled_reason"], shown["last_outcome"]) == ("disabled", "gone", "gone")
    assert len(hooked.receiver.received) == 1
    confirm(hooked)
    hooked.later(days=1)
    assert len(hooked.receiver.received) == 1
    hooked.receiver.answer(204)
    assert hooked.ask("PATCH", f"/{made['id']}", {"enabled": True}).status_code == 200
    hooked.work()
    assert len(hooked.receiver.received) == 4


def test_days_of_nothing_but_failure_disable_and_one_success_in_between_does_not(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    for day in range(6):
        hooked.receiver.answer(200 if day == 2 else 500)
        confirm(hooked)
        hooked.later(days=1)
    assert hooked.shown(made)["state"] == "active"
    for _ in range(3):
        confirm(hooked)
        hooked.later(days=1)
    shown = hooked.shown(made)
    assert (shown["state"], shown["disabled_reason"]) == ("disabled", "failing")
    assert shown["failing_since"] is not None
    assert shown["last_success_at"] is not None


def test_a_receiver_that_is_too_slow_has_timed_out_and_is_left_alone_at_once(hooked: Hooked) -> None:
    told = threading.Event()

    def slow(_: Received) -> Answer:
        told.wait(30)
        return 204, {}

    hooked.receiver.answers = slow
    made = hooked.register([CONFIRMED])
    confirm(hooked, 3)
    hooked.desk.work("ring_webhooks")
    sender = hooked.sender()
    hasty = dataclasses.replace(sender, settings=dataclasses.replace(sender.settings, timeout_seconds=1)).work()
    loop = DueLoop(hooked.desk.foundation.unit_of_work, [hasty], hooked.desk.clock)
    assert loop.step(hasty)
    assert not loop.step(hasty), "it is left alone"
    told.set()
    assert hooked.outcomes(made) == ["timed_out"]
    assert hooked.shown(made)["held_until"] is not None
    hooked.receiver.answer(204)
    hooked.later(seconds=6)
    assert [each["state"] for each in hooked.log(made)] == ["delivered"] * 3


def test_a_receiver_in_trouble_is_tried_by_one_delivery_at_a_time_until_it_is_well(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    hooked.receiver.answer(500)
    confirm(hooked, 10)
    hooked.work()
    assert len(hooked.receiver.received) == 3
    hooked.later(seconds=7)
    assert len(hooked.receiver.received) == 4
    hooked.later(seconds=7)
    assert len(hooked.receiver.received) == 4, "each pause is longer than the one before"
    hooked.receiver.answer(204)
    hooked.later(minutes=10)
    assert {each["state"] for each in hooked.log(made)} == {"delivered"}
    assert hooked.shown(made)["held_until"] is None


def test_one_that_is_refused_holds_up_no_other(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    bad, *others = confirm(hooked, 5)
    hooked.receiver.answers = lambda each: (400 if each.event["data"]["id"] == bad else 204, {})
    hooked.work()
    assert [each["state"] for each in hooked.log(made)] == ["pending"] + ["delivered"] * 4
    assert hooked.receiver.subjects() == [bad, *others]


def test_in_a_line_one_that_is_refused_holds_up_all_behind_it_until_it_is_taken_or_given_up(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED], ordered=True)
    bad, *others = confirm(hooked, 5)
    refusing = [True]
    hooked.receiver.answers = lambda each: (400 if refusing[0] and each.event["data"]["id"] == bad else 204, {})
    hooked.work()
    assert hooked.receiver.subjects() == [bad]
    others += confirm(hooked, 2)
    hooked.later(seconds=7)
    assert hooked.receiver.subjects() == [bad, bad]
    refusing[0] = False
    hooked.later(minutes=7)
    assert hooked.receiver.subjects() == [bad, bad, bad, *others]
    assert {each["state"] for each in hooked.log(made)} == {"delivered"}


def test_a_line_goes_by_arrival_whatever_the_clock_says(hooked: Hooked) -> None:
    hooked.register([CONFIRMED], ordered=True)
    first = confirm(hooked, 2)
    hooked.desk.clock.pass_by(timedelta(hours=-1))  # another worker, whose clock is late
    second = confirm(hooked, 2)
    hooked.later(hours=2)
    assert hooked.receiver.subjects() == [*first, *second]


def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks(hooked: Hooked) -> None:
    hooked.register([CONFIRMED])
    hooked.receiver.answer(429, Retry_After="600")
    confirm(hooked, 3)
    hooked.work()
    hooked.receiver.answer(204)
    hooked.later(seconds=590)
    assert len(hooked.receiver.received) == 1
    hooked.later(seconds=20)
    assert len(hooked.receiver.received) == 4


def test_a_name_that_leads_inside_by_now_is_not_spoken_to(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    confirm(hooked)
    hooked.desk.work("ring_webhooks")
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["10.0.0.1"]

    changed = dataclasses.replace(hooked.sender(), reach=Reach(), resolve=rebinding).work()
    assert DueLoop(hooked.desk.foundation.unit_of_work, [changed], hooked.desk.clock).step(changed)
    assert hooked.outcomes(made) == ["forbidden"]
    assert hooked.receiver.received == []
    assert asked == ["127.0.0.1"]


def test_nobody_there_is_unreachable(hooked: Hooked) -> None:
    with receiving() as gone:
        url = gone.url
    made = hooked.register([CONFIRMED], url=url)
    confirm(hooked)
    hooked.work()
    assert hooked.outcomes(made) == ["unreachable"]


def test_a_test_message_shows_what_came_of_it(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    answer = hooked.ask("POST", f"/{made['id']}/test")
    assert (answer.status_code, answer.get_json()["type"]) == (202, "org.ithaca.webhook.test.v1")
    hooked.work()
    [came] = hooked.receiver.received
    assert came.event["data"] == {"webhook_id": made["id"]}
    [delivery] = hooked.log(made)
    assert (delivery["id"], delivery["state"]) == (answer.get_json()["id"], "delivered")


def test_a_retry_does_not_wait_for_the_pause_of_a_receiver_in_trouble(hooked: Hooked) -> None:
    made = hooked.register([CONFIRMED])
    hooked.receiver.answer(500)
    confirm(hooked, 4)
    hooked.work()
    hooked.receiver.answer(204)
    hooked.work()
    assert len(hooked.receiver.received) == 3
    hooked.ask("POST", f"/{made['id']}/deliveries/{hooked.log(made)[0]['id']}/retry")
    hooked.work()
    assert hooked.log(made)[0]["state"] == "delivered"


def test_what_was_not_recorded_is_sent_again_under_the_same_id(hooked: Hooked) -> None:
    """A worker dies between the receiver's yes and its own note of it."""
    made = hooked.register([CONFIRMED])
    confirm(hooked)
    hooked.desk.work("ring_webhooks")
    work, unit_of_work = hooked.sender().work(), hooked.desk.foundation.unit_of_work
    database = hooked.desk.foundation.database
    overtaken = claim(database, work, hooked.desk.clock.now())
    assert overtaken is not None
    database["webhooks"].update_one({}, [{"$set": {"claim.token": "another", "claim.until": "$$NOW"}}])
    with pytest.raises(LeaseLost):
        work.perform(unit_of_work, overtaken)
    assert hooked.outcomes(made) == []
    hooked.work()
    assert len({each.id for each in hooked.receiver.received}) == 1
    assert len(hooked.receiver.received) == 2
    assert hooked.outcomes(made) == ["delivered"]


def test_what_arrives_while_the_last_one_is_being_recorded_is_not_forgotten(hooked: Hooked) -> None:
    """The race of the queue: a sender finds nothing more and lets go while messages come in from everywhere."""
    made = hooked.register([CONFIRMED])
    database = hooked.desk.foundation.database
    with turning(hooked):
        arriving = [threading.Thread(target=confirm, args=(hooked, 25)) for _ in range(3)]
        for thread in arriving:
            thread.start()
        for thread in arriving:
            thread.join()
        eventually(lambda: database["webhook_deliveries"].count_documents({"state": "delivered"}) == 75)
    assert len({each.id for each in hooked.receiver.received}) == len(hooked.receiver.received) == 75
    assert hooked.shown(made)["last_outcome"] == "delivered"


def test_a_bell_that_rings_while_a_sender_finds_nothing_more_is_heard(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooked.register([CONFIRMED])
    confirm(hooked)
    hooked.desk.work("ring_webhooks")
    look = WebhookDeliveries.next_at
    ringing: list[threading.Thread] = []

    def look_and_be_late(self: WebhookDeliveries, *found_for: Any) -> Any:
        found = look(self, *found_for)
        if not ringing:
            confirm(hooked)
            ringing.append(threading.Thread(target=hooked.desk.work, args=("ring_webhooks",)))
            ringing[0].start()
            ringing[0].join(1.0)  # it waits for the sender's transaction; one that did not would be done by then
        return found

    monkeypatch.setattr(WebhookDeliveries, "next_at", look_and_be_late)
    hooked.desk.work("send_webhooks")
    ringing[0].join()
    hooked.desk.work("send_webhooks")
    assert [each["state"] for each in hooked.log(made)] == ["delivered"] * 2


def test_a_receiver_that_hangs_keeps_no_other_waiting(hooked: Hooked) -> None:
    """The mechanism, without a clock: while one receiver has not answered, another gets all of its deliveries."""
    hanging = threading.Event()
    came = threading.Event()

    def hang(_: Received) -> Answer:
        came.set()
        hanging.wait(60)
        return 204, {}

    hooked.receiver.answers = hang
    slow = hooked.register([CONFIRMED])
    with receiving() as quick:
        hooked.register([CONFIRMED], url=quick.url)
        with turning(hooked):
            confirm(hooked)
            assert came.wait(30)
            confirm(hooked, 30)
            eventually(lambda: len(quick.received) == 31)
            assert hooked.outcomes(slow) == []
            hanging.set()


@contextmanager
def turning(hooked: Hooked) -> Iterator[None]:
    """The threads of a worker, which end with the test whatever comes of it."""
    works = [each for each in hooked.desk.service.due if each.name in ("ring_webhooks", "send_webhooks")]
    loop = DueLoop(hooked.desk.foundation.unit_of_work, works, hooked.desk.clock)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield
    finally:
        loop.stop()
        thread.join()
