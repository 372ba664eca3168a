"""News that joins a delivery at the moment at which it is closed is in that mail or in the next, never in none."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from services.notifications.domain.delivery import DeliveryState
from shared.ids import new_id
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.unit.notifications.news import ADA, examples

AT_ONCE = 6
ROUNDS = 8


@pytest.fixture
def gather_seconds() -> int:
    return 30


def at_once(works: list[Callable[[], Any]]) -> None:
    start = threading.Barrier(len(works))
    failures: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def milestone(desk: Desk) -> None:
    data = next(iter(examples("milestone.completed.v1").values()))
    desk.hear("milestone.completed.v1", data | {"id": new_id()})


def told(desk: Desk) -> Counter[str]:
    return Counter(each for delivery in desk.deliveries(ADA) for each in delivery.notification_ids)


def test_news_about_one_thing_at_many_workers_at_once_gathers_in_one_delivery(desk: Desk) -> None:
    desk.know_everybody()
    at_once([lambda: milestone(desk)] * AT_ONCE)
    [delivery] = desk.deliveries(ADA)
    assert len(set(delivery.notification_ids)) == len(desk.notifications(ADA)) == AT_ONCE


def test_nothing_is_lost_or_told_twice_between_who_joins_and_who_closes(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    with mailbox.answering():
        for _ in range(ROUNDS):
            milestone(desk)
            desk.clock.pass_until(desk.clock.now().hour, (desk.clock.now().minute + 1) % 60)
            at_once([lambda: milestone(desk)] * 3 + [lambda: desk.work("send_mail")] * 2)
        desk.clock.pass_until(0)
        desk.work()
    assert told(desk) == Counter(each.id for each in desk.notifications(ADA))
    assert {one.state for one in desk.deliveries(ADA)} == {DeliveryState.DELIVERED}
    delivered = Counter(one["id"] for one in desk.announced() if one["member_id"] == ADA)
    assert delivered == told(desk), "each is mailed once"
    assert len(desk.notifications(ADA)) == ROUNDS * 4


def test_the_cap_holds_at_many_senders_at_once(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    desk.hear("association.updated.v1", {"id": "acme", "name": "Acme", "defaults": {"mails_a_day": 2}})
    desk.clock.pass_until(12)
    data = next(iter(examples("milestone.completed.v1").values()))
    for _ in range(AT_ONCE):
        desk.hear("milestone.completed.v1", data | {"id": new_id(), "mentorship_id": new_id()})
    desk.clock.pass_until(12, 1)
    with mailbox.answering():
        at_once([lambda: desk.work("send_mail")] * 4)
        desk.work("send_mail")
    delivered = [one for one in desk.deliveries(ADA) if one.state is DeliveryState.DELIVERED]
    [digest] = [one for one in desk.deliveries(ADA) if one.state is DeliveryState.PENDING]
    assert len(delivered) == 2
    assert len(set(digest.notification_ids)) == AT_ONCE - 2
