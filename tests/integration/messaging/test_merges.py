"""Who a member is now, through any chain of merges, whoever else is asked for at the same time, unless erased."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import combinations, pairwise

import pytest
from pymongo.database import Database

from shared import storage
from shared.messaging import erasures
from shared.messaging.erasures import Erasures
from shared.settings import Settings
from shared.storage import Document
from shared.storage.identifier_hashes import IdentifierHashes
from shared.storage.merges import Merges

CHAIN = "abcd"


@pytest.fixture
def database(settings: Settings) -> Iterator[Database[Document]]:
    with storage.connect(settings) as client:
        yield storage.database(client, settings, "events")


@pytest.fixture
def merges(database: Database[Document]) -> Merges:
    merges = Merges(database)
    with database.client.start_session() as session:
        for one, into in pairwise(CHAIN):
            merges.learn(session, "acme", one, into)
    return merges


@pytest.mark.parametrize("asked", [set(some) for number in (1, 2, 3, 4) for some in combinations(CHAIN, number)])
def test_everybody_of_a_chain_is_its_end(merges: Merges, asked: set[str]) -> None:
    assert merges.survivors("acme", asked) == dict.fromkeys(asked, "d")
    assert merges.survivors("other", asked) == {each: each for each in asked}
    assert merges.merged_into("acme", ["d"]) == dict.fromkeys("abc", "d")


def test_a_circle_is_one_person_whoever_asks(database: Database[Document], merges: Merges) -> None:
    with database.client.start_session() as session:
        merges.learn(session, "acme", "d", "b")
    assert merges.survivors("acme", set(CHAIN)) == dict.fromkeys(CHAIN, "b")
    assert merges.known_as("acme", "b") == set(CHAIN)


def erase(database: Database[Document], tenant: str, member: str, *merged: str) -> None:
    row = {"_id": member, "tenant": tenant, "merged": list(merged), "at": datetime.now(UTC)}
    database[erasures.COLLECTION].insert_one(row)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_caller_is_who_the_member_is_now(database: Database[Document], merges: Merges, at_once: bool) -> None:
    callers = Erasures(database, IdentifierHashes(()))
    assert [callers.member_now(merges, "acme", each, at_once) for each in (*CHAIN, "e")] == ["d", "d", "d", "d", "e"]
    assert [callers.member_now(merges, "other", each, at_once) for each in CHAIN] == [*CHAIN]


@pytest.mark.parametrize("at_once", [True, False])
def test_nobody_calls_as_a_member_of_any_name_who_was_erased(
    database: Database[Document], merges: Merges, at_once: bool
) -> None:
    erase(database, "acme", "d", "x")
    callers = Erasures(database, IdentifierHashes(()))
    assert [callers.member_now(merges, "acme", each, at_once) for each in (*CHAIN, "x")] == [None] * 5
    assert callers.member_now(merges, "acme", "e", at_once) == "e"
    assert callers.member_now(merges, "other", "d", at_once) == "d"


def test_who_writes_is_known_to_be_erased_at_once(database: Database[Document], merges: Merges) -> None:
    callers = Erasures(database, IdentifierHashes(()))
    for number in range(3):
        assert callers.member_now(merges, "acme", f"m{number}", at_once=True) == f"m{number}"
        erase(database, "acme", f"m{number}")
        assert callers.member_now(merges, "acme", f"m{number}", at_once=True) is None
        assert callers.has("acme", f"m{number}")


def test_many_writers_at_once_see_every_erasure(database: Database[Document], merges: Merges) -> None:
    callers = Erasures(database, IdentifierHashes(()))

    def erased_and_asked(number: int) -> str | None:
        erase(database, "acme", f"m{number}")
        return callers.member_now(merges, "acme", f"m{number}", at_once=True)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(erased_and_asked, range(80))) == {None}
