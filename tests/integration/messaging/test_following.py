"""A change stream is taken up where it broke off, begins anew where that is gone, and ends with its client."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pymongo import MongoClient
from pymongo.change_stream import ChangeStream
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from shared.settings import Settings
from shared.storage import connect, database
from shared.storage.client import Document
from shared.storage.following import Following, Token
from tests.integration.messaging.conftest import eventually


class Follower:
    """What one follower of a collection has heard, which fails when told to."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["followed"]
        self.heard: list[object] = []
        self.opened_behind: list[Token | None] = []
        self.losses = 0
        self.fails_once: list[tuple[str, Exception]] = []
        self.stopping = threading.Event()
        self.opened = threading.Event()

    def run(self) -> None:
        Following("test", self._open, self._hear, self.stopping, then=self._then, lost=self._lost).run()

    def fail_once(self, where: str, error: Exception) -> None:
        self.fails_once.append((where, error))

    def _open(self, token: Token | None) -> ChangeStream[Document]:
        self.opened_behind.append(token)
        self._may_fail("open")
        stream = self.collection.watch(resume_after=token, max_await_time_ms=20)
        self.opened.set()
        return stream

    def _hear(self, stream: ChangeStream[Document]) -> None:
        self._may_fail("hear")
        if (found := stream.try_next()) is not None and found["operationType"] == "insert":
            self.heard.append(found["documentKey"]["_id"])

    def _then(self) -> None:
        self._may_fail("then")

    def _lost(self) -> None:
        self.losses += 1

    def _may_fail(self, where: str) -> None:
        if self.fails_once and self.fails_once[0][0] == where:
            raise self.fails_once.pop(0)[1]


@pytest.fixture
def client(settings: Settings) -> Iterator[MongoClient[Document]]:
    with connect(settings) as client:
        yield client


@contextmanager
def following(follower: Follower) -> Iterator[Callable[[], bool]]:
    """Yields whether it goes on."""
    thread = threading.Thread(target=follower.run)
    thread.start()
    try:
        assert follower.opened.wait(20)
        yield thread.is_alive
    finally:
        follower.stopping.set()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def follower(client: MongoClient[Document], settings: Settings) -> Follower:
    return Follower(database(client, settings, "follow"))


def told(follower: Follower, *ids: int) -> None:
    for each in ids:
        follower.collection.insert_one({"_id": each})
    eventually(lambda: follower.heard[-len(ids) :] == list(ids))


@pytest.mark.parametrize("where", ["open", "hear", "then"])
def test_what_changes_while_the_stream_is_broken_is_heard_once_and_in_order(follower: Follower, where: str) -> None:
    with following(follower):
        told(follower, 1, 2)
        follower.fail_once("hear" if where == "open" else where, AutoReconnect("the server has gone"))
        if where == "open":
            follower.fail_once("open", AutoReconnect("it is still away"))
        told(follower, 3, 4)
        eventually(lambda: not follower.fails_once)
        told(follower, 5)
    assert follower.heard == [1, 2, 3, 4, 5]
    assert follower.losses == 0
    assert None not in follower.opened_behind[1:]


def test_a_stream_that_cannot_be_taken_up_begins_anew_and_says_so(follower: Follower) -> None:
    with following(follower):
        told(follower, 1)
        follower.collection.drop()  # ends the stream, and its token leads nowhere
        eventually(lambda: follower.losses == 1)
        eventually(lambda: follower.opened_behind[-1] is None)
        follower.opened.clear()
        told(follower, 2)
    assert follower.heard == [1, 2]


def test_after_a_fault_of_who_hears_nobody_knows_what_was_heard(follower: Follower) -> None:
    with following(follower):
        told(follower, 1)
        follower.fail_once("hear", RuntimeError("a mistake"))
        eventually(lambda: follower.losses == 1)
        eventually(lambda: follower.opened_behind[-1] is None)


def test_it_ends_with_its_client(settings: Settings) -> None:
    client = connect(settings)
    with following(Follower(database(client, settings, "follow"))) as goes_on:
        client.close()
        eventually(lambda: not goes_on())
