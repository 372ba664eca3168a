"""Mails to many: how fast they go, how many at a time, and what they do while the server is down."""

import threading
from collections import Counter
from datetime import timedelta

import pytest

from services.notifications.channels.email.circuit import FAILURES
from services.notifications.channels.email.pace import COLLECTION, Pace
from shared.clock import SystemClock
from shared.ids import new_id
from shared.messaging.due import DueLoop
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.mailing import Mailbox
from tests.integration.notifications.test_journey import eventually

_SENDERS = 8


@pytest.fixture(autouse=True)
def paces_stay(desk: Desk) -> None:
    """The database's clock is two months ahead of the desk's: once a minute it would take paces for past ones."""
    desk.foundation.database[COLLECTION].drop_index("past")


def _tell(desk: Desk, domain: str, number: int) -> list[str]:
    """So many members at the domain, each of whom a mail is due to."""
    members = [new_id() for _ in range(number)]
    for each in members:
        person = {"id": each, "given_name": "Ada", "family_name": "Okafor", "email": f"{each}@{domain}"}
        desk.hear("member.registered.v1", person)
        desk.hear_example("enrollment.rejected.v1", "mentee", id=new_id(), member_id=each)
    return members


def _outcomes(desk: Desk, members: list[str]) -> list[list[str]]:
    return [[each.outcome.value for each in desk.deliveries(member)[0].attempts] for member in members]


def test_turns_of_a_domain_are_shared_by_all_workers_and_no_other_waits_for_them(desk: Desk) -> None:
    now = desk.clock.now()
    paces = [Pace(desk.foundation.database, 10) for _ in range(2)]
    turns = [paces[number % 2].turn("example.org", now) - now for number in range(30)]
    assert turns[:11] == [timedelta()] * 11
    assert turns[11:] == [timedelta(milliseconds=100 * number) for number in range(1, 20)]
    assert paces[0].turn("example.com", now) == now


def test_turns_taken_at_once_are_all_different(desk: Desk) -> None:
    now = desk.clock.now()
    taken: list[timedelta] = []

    def take() -> None:
        pace = Pace(desk.foundation.database, 10)
        taken.extend(pace.turn("example.org", now) - now for _ in range(20))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    later = Counter(each for each in taken if each)
    assert later == Counter(timedelta(milliseconds=100 * number) for number in range(1, 70))


def test_who_comes_later_than_the_pace_allows_waits_for_the_turn_and_no_attempt_is_counted(
    desk: Desk, mailbox: Mailbox
) -> None:
    desk.know_everybody()
    members = _tell(desk, "example.org", 30)
    with mailbox.answering():
        desk.work()
        assert 20 <= len(mailbox.mails) < 30
        desk.clock.pass_by(timedelta(seconds=1))
        desk.work()
    assert _outcomes(desk, members) == [["sent"]] * 30
    assert set(mailbox.copies.values()) == {1}


def test_a_server_that_is_down_uses_up_few_attempts_and_one_mail_finds_out_that_it_is_back(
    desk: Desk, mailbox: Mailbox
) -> None:
    desk.know_everybody()
    members = _tell(desk, "example.org", 12)
    desk.work()
    for _ in range(5):
        desk.clock.pass_by(timedelta(minutes=2))
        desk.work()
    tried = [each for theirs in _outcomes(desk, members) for each in theirs]
    assert tried == ["unreachable"] * (FAILURES + 5)
    with mailbox.answering():
        desk.clock.pass_by(timedelta(minutes=2))
        desk.work()
        desk.clock.pass_by(timedelta(hours=2))
        desk.work()
    assert [each[-1] for each in _outcomes(desk, members)] == ["sent"] * 12
    assert set(mailbox.copies.values()) == {1}


def test_a_slow_domain_has_half_of_the_senders_and_the_others_mail_goes_by(desk: Desk, mailbox: Mailbox) -> None:
    desk.know_everybody()
    slow = _tell(desk, "slow.example", 12)
    quick = _tell(desk, "quick.example", 6)
    loop = DueLoop(desk.foundation.unit_of_work, desk.service.due, SystemClock())
    thread = threading.Thread(target=loop.run)
    mailbox.holds = {"slow.example"}
    with mailbox.answering():
        thread.start()
        try:
            eventually(lambda: mailbox.domains["quick.example"] == len(quick))
            eventually(lambda: mailbox.most_at_once["slow.example"] == _SENDERS / 2)
            assert mailbox.domains["slow.example"] == 0
            mailbox.holds = set()
            eventually(lambda: mailbox.domains["slow.example"] == len(slow))
        finally:
            mailbox.holds = set()
            loop.stop()
            thread.join()
    assert mailbox.most_at_once["slow.example"] == _SENDERS / 2
    assert set(mailbox.copies.values()) == {1}
