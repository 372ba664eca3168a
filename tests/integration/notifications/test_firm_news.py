"""Firm news for many is written without a transaction: whatever comes between, each is told once, and none erased."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notifications.commands import firm_pages, tell_registered
from services.notifications.store import Copies, Deliveries, Notifications, Store
from shared.contracts.message_type import PREFIX
from shared.ids import new_id
from shared.messaging.due import Claimed, DueLoop
from tests import erasing
from tests.integration.mortal import Place, killed_at
from tests.integration.notifications.conftest import Desk
from tests.integration.notifications.test_telling import call_off, register, registered
from tests.unit.notifications.news import ADA, BEN, SUMMIT, examples

CALLED_OFF = f"{PREFIX}event.cancelled.v1"
STORE = "services.notifications.store"


class Died(BaseException):
    """As a process that is gone: nobody is left to catch it."""


@pytest.fixture
def many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Seven members registered for a summit that is called off, three pages of them."""
    monkeypatch.setattr(tell_registered, "PAGE", 3)
    desk.know_everybody()
    members = sorted([ADA, BEN, *(new_id() for _ in range(5))])
    desk.foundation.database["registrations"].insert_many([registered(desk, each) for each in members])
    call_off(desk)
    return members


def between(monkeypatch: pytest.MonkeyPatch, step: tuple[type, str], *, before: Any = None, after: Any = None) -> None:
    """Something happens before or after the first time that this step is done."""
    holder, name = step
    done = getattr(holder, name)

    def interrupted(*given: Any) -> Any:
        monkeypatch.setattr(holder, name, done)
        if before is not None:
            before()
        found = done(*given)
        if after is not None:
            after()
        return found

    monkeypatch.setattr(holder, name, interrupted)


def die() -> None:
    raise Died


def taken_over(desk: Desk) -> None:
    """What was somebody's is anybody's, and another worker does all of it, the second sweep, too."""
    desk.foundation.database["event_news"].update_many({}, {"$set": {"claim.until": datetime(1970, 1, 1, tzinfo=UTC)}})
    desk.work("tell_registered")
    desk.clock.pass_by(timedelta(minutes=2))
    desk.work("tell_registered")


def require_told_once(desk: Desk, members: list[str]) -> None:
    there = {each["_id"]: each for each in desk.foundation.database["notifications"].find()}
    told = [each for each in there.values() if each["type"] == CALLED_OFF]
    assert sorted(each["member_id"] for each in told) == sorted(members)
    left = desk.foundation.database["deliveries"].find({"channel": "email"})
    on_their_way = [there[identifier] for each in left for identifier in each["notification_ids"]]
    called_off = [each["_id"] for each in on_their_way if each["type"] == CALLED_OFF]
    assert sorted(called_off) == sorted(each["_id"] for each in told)


ADDED = (Notifications, "add")
LEFT = (Deliveries, "add")
LOOKED = (Store, "take_back_from_erased")
ENDED = (Claimed, "confirm")


def test_a_worker_killed_amid_a_page_leaves_it_to_another_and_nobody_is_told_twice(desk: Desk, many: list[str]) -> None:
    place = Place(f"{STORE}:Notifications.add", "after")
    killed_at(desk.foundation.settings, "notifications", "tell_registered", place, now=desk.clock.now())
    assert desk.foundation.database["deliveries"].count_documents({}) == 0
    taken_over(desk)
    require_told_once(desk, many)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [ADDED, LEFT, LOOKED, (Claimed, "renew"), (Copies, "save_claimed"), ENDED])
def test_wherever_a_worker_dies_amid_pages_everybody_is_told_once(
    desk: Desk, many: list[str], monkeypatch: pytest.MonkeyPatch, step: tuple[type, str], when: str
) -> None:
    between(monkeypatch, step, **{when: die})
    with pytest.raises(Died):
        desk.work("tell_registered")
    taken_over(desk)
    require_told_once(desk, many)


@pytest.mark.parametrize("sweep", [1, 2])
def test_what_a_dead_worker_wrote_is_completed_though_pages_begin_elsewhere_by_then(
    desk: Desk, many: list[str], monkeypatch: pytest.MonkeyPatch, sweep: int
) -> None:
    if sweep == 2:
        desk.work("tell_registered")
        desk.clock.pass_by(timedelta(minutes=2))
        many.append("00000000-7c1e-7b5e-9c55-0000000000ff")  # of the first page
        desk.foundation.database["registrations"].insert_one(registered(desk, many[-1]))
    between(monkeypatch, ADDED, after=die)
    with pytest.raises(Died):
        desk.work("tell_registered")
    early = [f"00000000-7c1e-7b5e-9c55-00000000000{number}" for number in range(2)]
    desk.foundation.database["registrations"].insert_many([registered(desk, each) for each in early])
    taken_over(desk)
    require_told_once(desk, [*many, *early])


def test_a_worker_that_comes_to_itself_when_another_has_told_its_page_tells_nobody_again(
    desk: Desk, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stands, goes_on = threading.Event(), threading.Event()

    def stand_still() -> None:
        stands.set()
        goes_on.wait()

    between(monkeypatch, ADDED, after=stand_still)
    slow = threading.Thread(target=desk.work, args=("tell_registered",))
    slow.start()
    stands.wait()
    taken_over(desk)
    goes_on.set()
    slow.join()
    require_told_once(desk, many)


@pytest.mark.parametrize("step", [ADDED, LEFT, LOOKED])
def test_who_registers_again_meanwhile_hears_of_it_once(
    desk: Desk, many: list[str], monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    newcomer = new_id()

    def come_late() -> None:
        register(desk, ADA, new_id())
        register(desk, newcomer, new_id())

    between(monkeypatch, step, before=come_late)
    taken_over(desk)
    require_told_once(desk, [*many, newcomer])


@pytest.mark.parametrize("step", [ADDED, LEFT, LOOKED])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("dies", [False, True])
def test_nothing_stays_of_what_is_told_to_one_who_is_erased_meanwhile(
    desk: Desk, many: list[str], monkeypatch: pytest.MonkeyPatch, step: tuple[type, str], when: str, dies: bool
) -> None:
    def erase() -> None:
        now = desk.clock.now()
        desk._handling.handle([erasing.tombstone("acme", ADA, 1, now), erasing.request("acme", ADA, 2, now)])
        desk.work("erase_members")

    def erase_and_die() -> None:
        erase()
        die()

    if when == "before":
        between(monkeypatch, step, before=erase, after=die if dies else None)
    else:
        between(monkeypatch, step, after=erase_and_die if dies else erase)
    if dies:
        with pytest.raises(Died):
            desk.work("tell_registered")
    taken_over(desk)
    require_told_once(desk, [each for each in many if each != ADA])
    assert (desk.notifications(ADA), desk.deliveries(ADA)) == ([], [])


def test_who_is_told_of_a_move_while_the_event_is_called_off_hears_of_that_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.know_everybody()
    desk.foundation.database["registrations"].insert_one(registered(desk, ADA))
    summit = examples("event.published.v1")["summit"]
    moved = {"starts_at": "2126-05-05T07:00:00Z", "ends_at": "2126-05-06T16:00:00Z"}
    desk.hear("event.updated.v1", summit | moved, version=2)
    between(monkeypatch, LOOKED, after=lambda: call_off(desk, version=3))
    taken_over(desk)
    require_told_once(desk, [ADA])


def test_a_claim_tells_so_many_pages_and_leaves_the_rest_to_the_next(
    desk: Desk, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firm_pages, "PAGES", 2)
    told: list[int] = []
    add = Notifications.add

    def count(self: Notifications, news: Any) -> Any:
        told.append(sum(len(each.addressees) for each in news))
        return add(self, news)

    monkeypatch.setattr(Notifications, "add", count)
    [work] = [each for each in desk.service.due if each.name == "tell_registered"]
    assert DueLoop(desk.foundation.unit_of_work, [work], desk.clock).step(work)
    assert told == [2, 2]
    assert desk.store.event_news.get("acme", SUMMIT).after == many[3]
    taken_over(desk)
    require_told_once(desk, many)
