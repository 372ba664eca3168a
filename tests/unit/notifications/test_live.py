"""Positions, what is kept for clients that come back, and what one of them is told of it."""

import asyncio
import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymongo.errors import AutoReconnect

from services.notifications.live import inlet as inlet_module
from services.notifications.live.change import Change, Kind
from services.notifications.live.inlet import Inlet, Listening
from services.notifications.live.position import Position
from services.notifications.live.ring import Ring
from services.notifications.live.telling import News
from shared.web.streams import Over
from tests.unit.notifications.news import ADA, BEN

FLOOR = Position(1000, 0)


def change(seconds: int, ordinal: int = 1, member_id: str = ADA, tenant: str = "acme") -> Change:
    return Change(Position(seconds, 1, ordinal), Kind.NOTIFICATION, tenant, member_id, f"{seconds}/{ordinal}")


def ring(*changes: Change, most: int = 100) -> Ring:
    made = Ring(FLOOR, most)
    for each in changes:
        made.add(each)
    return made


def test_positions_are_in_the_order_of_commits_and_then_of_their_changes() -> None:
    positions = [Position(9, 1, 2), Position(9, 2, 1), Position(10, 1, 1), Position(10, 1, 2), Position(10, 1, 10)]
    assert all(one < other for one, other in itertools.pairwise(positions))
    assert [Position.read(str(each)) for each in positions] == positions


@pytest.mark.parametrize(
    "text", ["", "1", "1-2", "1-2-3-4", "1-2-x", "1--2", "-1-2-3", "1-2-4294967296", "1-2-٣", " 1-2-3"]
)
def test_what_is_no_position_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no position"):
        Position.read(text)


def test_a_ring_tells_what_came_later_for_a_members_ids_alone() -> None:
    kept = ring(change(1), change(2, member_id=BEN), change(3, tenant="other"), change(4, 1), change(4, 2))
    found = kept.since(Position(1, 1, 1), "acme", {ADA})
    assert [each.notification_id for each in found] == ["4/1", "4/2"]
    assert [each.notification_id for each in kept.since(Position(4, 1, 1), "acme", {ADA, BEN})] == ["4/2"]


def test_a_full_ring_knows_how_far_back_it_reaches() -> None:
    kept = Ring(Position(0, 0), most=2)
    for second in (1, 2, 3):
        kept.add(change(second))
    assert not kept.covers(Position(0, 0))
    # What came at the floor itself is known to whoever was there.
    assert kept.covers(Position(1, 1, 1))
    assert len(kept.since(Position(1, 1, 1), "acme", {ADA})) == 2


def test_a_position_that_is_a_little_ahead_is_another_process_s_and_one_far_ahead_is_nobody_s() -> None:
    kept = ring(change(2000))
    assert kept.covers(Position(2030, 1, 1))
    assert not kept.covers(Position(2061, 1, 1))


class Places:
    """Where nobody else is."""

    head: Position | None = FLOOR

    def let_in(self, inlet: Inlet) -> None:
        """Placed by the test."""

    def let_out(self, inlet: Inlet) -> None:
        """Likewise."""


class Words:
    """Names what it is asked to tell, after so many failures."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures

    def pieces(self, tenant: str, member_id: str, news: Sequence[News]) -> Sequence[bytes]:
        assert (tenant, member_id) == ("acme", ADA)
        if self.failures:
            self.failures -= 1
            raise AutoReconnect("away")
        return [str(each.position).encode() for each in news]


def listener(since: Position | None, words: Words | None = None) -> Inlet:
    listening = Listening("acme", ADA, frozenset({ADA}), since, 1000)
    return Inlet(Places(), words or Words(), ThreadPoolExecutor(1), listening)


async def told(inlet: Inlet) -> list[bytes]:
    return list(await asyncio.wait_for(inlet.following(), 10))


def test_a_client_is_told_what_it_missed_and_then_what_comes_once_each() -> None:
    async def story() -> None:
        inlet = listener(Position(1000, 1, 1))
        inlet.place(ring(change(1000), change(1001), change(1002)))
        assert await told(inlet) == [b"1000-1-1", b"1001-1-1", b"1002-1-1"]
        for again in (change(1002), change(1003), change(1003), change(1001)):
            inlet.tell(again)
        assert await told(inlet) == [b"1003-1-1"]
        assert inlet.heartbeat() == b":\nid: 1003-1-1\n\n"

    asyncio.run(story())


def test_a_client_that_is_ahead_of_this_process_is_not_told_again_what_comes_late() -> None:
    async def story() -> None:
        inlet = listener(Position(1005, 1, 1))
        inlet.place(ring(change(1001)))
        assert await told(inlet) == [b"1005-1-1"]
        for late in (change(1004), change(1005), change(1006)):
            inlet.tell(late)
        assert await told(inlet) == [b"1006-1-1"]

    asyncio.run(story())


def test_no_position_is_told_by_a_heartbeat_that_something_still_waits_before() -> None:
    async def story() -> None:
        inlet = listener(None)
        assert inlet.heartbeat() == b":\n\n"
        inlet.place(ring())
        assert inlet.heartbeat() == b":\n\n"
        await told(inlet)
        assert inlet.heartbeat() == b":\nid: 1000-0-0\n\n"
        inlet.tell(change(1001))
        assert inlet.heartbeat() == b":\n\n"

    asyncio.run(story())


def test_a_database_that_is_away_for_a_moment_keeps_nothing_from_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inlet_module, "_PAUSE_WITHOUT_DATABASE", 0.0)

    async def story() -> None:
        inlet = listener(None, Words(failures=3))
        inlet.place(ring())
        inlet.tell(change(1001))
        assert await told(inlet) == [b"1000-0-0", b"1001-1-1"]

    asyncio.run(story())


def test_who_falls_too_far_behind_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inlet_module, "MOST_WAITING", 3)

    async def story() -> None:
        inlet = listener(None)
        inlet.place(ring())
        for second in range(3):
            inlet.tell(change(1001 + second))
        with pytest.raises(Over, match="behind"):
            await told(inlet)

    asyncio.run(story())
