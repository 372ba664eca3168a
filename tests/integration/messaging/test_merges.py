"""Who a member is now, through any chain of merges, whoever else is asked for at the same time."""

from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from pymongo.database import Database

from shared import storage
from shared.settings import Settings
from shared.storage import Document
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
