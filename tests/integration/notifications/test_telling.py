"""Messages become notifications and deliveries."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.notifications.domain.catalog import EVENT_CANCELLED, TELLINGS
from shared.contracts.message_type import PREFIX
from shared.ids import new_id
from tests.integration.notifications.conftest import Desk
from tests.unit.notifications.news import ADA, BEN, SUMMIT, examples, notifications

CAROL = "019ab000-7c1e-7b5e-9c55-0000000000a7"
CALLED_OFF = f"{PREFIX}{EVENT_CANCELLED}"


@pytest.mark.parametrize("type_name", TELLINGS)
def test_every_message_of_the_story_leaves_a_notification_and_a_delivery_each(desk: Desk, type_name: str) -> None:
    expected = 0
    for data in examples(type_name).values():
        expected += len(notifications(type_name, data))
        desk.hear(type_name, data)
    left = desk.store.notifications.page("acme", {}, limit=0)
    assert [one.type for one in left] == [PREFIX + type_name] * expected
    deliveries = desk.store.deliveries.page("acme", {}, limit=0)
    assert sorted(each for one in deliveries for each in one.notification_ids) == sorted(one.id for one in left)
    assert {(one.channel, one.state, one.due_at) for one in deliveries} == {("email", "pending", desk.clock.now())}


def test_a_notification_keeps_no_name_and_no_text(desk: Desk) -> None:
    desk.know_everybody()
    for name in ("from-a-request", "from-a-match-run"):
        desk.hear_example("mentorship.started.v1", name)
    for document in desk.foundation.database["notifications"].find():
        kept = repr(document)
        assert not any(name in kept for name in ("Ada", "Okafor", "Ben", "Lindqvist", "example.org", "Summit"))


def test_the_same_message_twice_is_one_notification(desk: Desk) -> None:
    for _ in range(2):
        desk.hear_example("request.sent.v1", "single", message_id="the-same")
    assert len(desk.notifications(BEN)) == 1
    assert len(desk.deliveries(BEN)) == 1


def test_the_same_message_at_many_workers_at_once_is_one_notification(desk: Desk) -> None:
    workers = [
        threading.Thread(target=desk.hear_example, args=("request.sent.v1", "single"), kwargs={"message_id": "same"})
        for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(desk.notifications(BEN)) == 1


def register(desk: Desk, member_id: str, registration: str, **changes: object) -> None:
    version = changes.pop("version", 1)
    data = {"id": registration, "event_id": SUMMIT, "member_id": member_id, "status": "confirmed", "attending": True}
    type_name = str(changes.pop("type_name", "registration.confirmed.v1"))
    assert isinstance(version, int)
    desk.hear(type_name, data | changes, version=version)


def registered(desk: Desk, member_id: str) -> dict[str, object]:
    """What is kept of a live registration."""
    return {
        "_id": new_id(),
        "tenant": "acme",
        "version": 1,
        "updated_at": desk.clock.now(),
        "event_id": SUMMIT,
        "member_id": member_id,
        "live": True,
        "attending": True,
        "sequence": 1,
        "heard": 1,
    }


def call_off(desk: Desk, version: int = 2, ends_at: str = "2126-05-06T16:00:00Z") -> None:
    desk.hear_example("event.cancelled.v1", "by-the-organizer", version=version, ends_at=ends_at)


def heard_of_it(desk: Desk, member_id: str) -> int:
    return sum(1 for one in desk.notifications(member_id) if one.type == CALLED_OFF)


def test_everyone_registered_hears_once_that_the_event_is_called_off(desk: Desk) -> None:
    desk.know_everybody()
    register(desk, ADA, new_id())
    register(desk, ADA, new_id())
    register(desk, BEN, new_id(), type_name="registration.waitlisted.v1", status="waitlisted", attending=False)
    gone = new_id()
    register(desk, CAROL, gone)
    register(
        desk,
        CAROL,
        gone,
        type_name="registration.cancelled.v1",
        status="cancelled",
        attending=False,
        reason="member",
        version=2,
    )
    call_off(desk)
    desk.work("tell_registered")
    assert [heard_of_it(desk, member) for member in (ADA, BEN, CAROL)] == [1, 1, 0]


def test_many_registered_are_told_over_many_pages(desk: Desk) -> None:
    desk.know_everybody()
    members = [new_id() for _ in range(250)]
    desk.foundation.database["registrations"].insert_many([registered(desk, member) for member in members])
    call_off(desk)
    desk.work("tell_registered")
    told = desk.foundation.database["notifications"].count_documents({"type": CALLED_OFF})
    assert told == len(members)


@pytest.mark.parametrize("event_first", [True, False])
def test_registrations_cancelled_with_their_event_are_one_piece_of_news_in_any_order(
    desk: Desk, event_first: bool
) -> None:
    desk.know_everybody()
    registration = new_id()
    register(desk, ADA, registration)

    def follow() -> None:
        register(
            desk,
            ADA,
            registration,
            type_name="registration.cancelled.v1",
            status="cancelled",
            attending=False,
            reason="event_cancelled",
            version=2,
        )

    steps: list[Callable[[], None]] = [lambda: call_off(desk), follow]
    for step in steps if event_first else reversed(steps):
        step()
        desk.work("tell_registered")
    types = sorted(one.type for one in desk.notifications(ADA))
    assert types == [CALLED_OFF, f"{PREFIX}registration.confirmed.v1"]


def test_a_registration_that_arrives_after_its_event_was_called_off_hears_of_that_alone(desk: Desk) -> None:
    desk.know_everybody()
    call_off(desk)
    desk.work("tell_registered")
    register(desk, ADA, new_id())
    desk.work("tell_registered")
    assert [one.type for one in desk.notifications(ADA)] == [CALLED_OFF]


def test_a_registration_unseen_by_the_first_sweep_is_told_by_the_second(desk: Desk) -> None:
    desk.know_everybody()
    call_off(desk)
    desk.work("tell_registered")
    # As a transaction that began before the event was called off and committed after the first sweep.
    desk.foundation.database["registrations"].insert_one(registered(desk, ADA))
    desk.work("tell_registered")
    assert heard_of_it(desk, ADA) == 0
    desk.clock.pass_by(timedelta(minutes=1))
    desk.work("tell_registered")
    assert heard_of_it(desk, ADA) == 1


def test_an_event_that_is_over_is_not_called_off_any_more(desk: Desk) -> None:
    register(desk, ADA, new_id())
    call_off(desk, ends_at="2026-01-01T00:00:00Z")
    desk.work("tell_registered")
    assert heard_of_it(desk, ADA) == 0


def test_a_registration_that_moved_counts_for_its_new_member_alone(desk: Desk) -> None:
    desk.know_everybody()
    registration = new_id()
    register(desk, ADA, registration)
    register(
        desk,
        ADA,
        registration,
        type_name="registration.cancelled.v1",
        status="cancelled",
        attending=False,
        reason="moved",
        version=2,
    )
    register(desk, BEN, registration, version=2)
    call_off(desk)
    desk.work("tell_registered")
    assert [heard_of_it(desk, member) for member in (ADA, BEN)] == [0, 1]


def test_an_older_registration_heard_late_revives_nothing(desk: Desk) -> None:
    desk.know_everybody()
    registration = new_id()
    register(
        desk,
        ADA,
        registration,
        type_name="registration.cancelled.v1",
        status="cancelled",
        attending=False,
        reason="source",
        version=5,
    )
    register(desk, ADA, registration, version=4)
    call_off(desk)
    desk.work("tell_registered")
    assert heard_of_it(desk, ADA) == 0
