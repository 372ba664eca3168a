"""What a relay takes in hand: each key from its first row, no key for ever behind another."""

from collections.abc import Iterable
from typing import Any

import pytest

from shared.clock import SystemClock
from shared.messaging import claim, outbox
from shared.messaging.claim import Claim
from tests.integration.messaging.conftest import Bench

SLOT = 0


def write(bench: Bench, places: Iterable[tuple[str, str, int]], *, size: int = 10) -> None:
    """Rows of one slot as they would stand there, whatever slot their keys have."""
    now = SystemClock().now()
    rows = [
        outbox.raw_row(topic, key, version, [], b"x" * size, now) | {"slot": SLOT} for topic, key, version in places
    ]
    bench.database[outbox.COLLECTION].insert_many(rows)


def read(bench: Bench) -> Claim:
    return claim.read(bench.foundation.client, bench.database, SLOT)


def settle(bench: Bench, found: Claim) -> None:
    ids = [row["_id"] for row in found.rows]
    bench.database[outbox.COLLECTION].update_many({"_id": {"$in": ids}}, {"$unset": {"pending": ""}})


def versions(found: Claim) -> dict[tuple[str, str], list[int]]:
    taken: dict[tuple[str, str], list[int]] = {}
    for row in found.rows:
        taken.setdefault((row["topic"], row["key"]), []).append(row["version"])
    return taken


@pytest.fixture
def small_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("_FEW_ROWS", 4), ("_WINDOW_ROWS", 8), ("_ROWS_OF_THE_OLDEST_KEY", 5), ("_ROWS_A_CLAIM", 10)):
        monkeypatch.setattr(claim, name, most)


def test_a_claim_of_few_rows_is_all_of_them_in_the_order_of_their_keys_versions(bench: Bench) -> None:
    backwards = [("a.v1", "k", version) for version in range(12, 0, -1)]
    write(bench, [*backwards, ("b.v1", "k", 7), ("a.v1", "j", 3)])
    found = read(bench)
    assert versions(found) == {("a.v1", "j"): [3], ("a.v1", "k"): list(range(1, 13)), ("b.v1", "k"): [7]}
    assert found.behind == []


def test_the_oldest_row_by_id_waits_for_the_first_of_its_key(bench: Bench, small_claims: None) -> None:
    """Ids follow clocks, versions follow commits: the last by version can be the first by id."""
    write(bench, [("a.v1", "k", version) for version in range(20, 0, -1)])
    assert versions(read(bench)) == {("a.v1", "k"): [1, 2, 3, 4, 5]}


def test_a_limit_cuts_only_the_tails_of_keys(bench: Bench, small_claims: None) -> None:
    write(bench, [("a.v1", key, version) for version in (2, 1, 3) for key in ("p", "q", "r", "s", "t")])
    taken = versions(read(bench))
    assert sum(map(len, taken.values())) == 10
    assert all(found == list(range(1, len(found) + 1)) for found in taken.values())


def test_a_key_that_never_runs_dry_does_not_keep_an_older_message_of_another_waiting(
    bench: Bench, small_claims: None
) -> None:
    write(bench, [("a.v1", "always", version) for version in range(1, 4)])
    write(bench, [("a.v1", "zealous", 1)])
    for number in range(1, 6):
        write(bench, [("a.v1", "always", 10 * number + version) for version in range(10)])
        found = read(bench)
        settle(bench, found)
        if ("a.v1", "zealous") in versions(found):
            return
    pytest.fail("the older message was never taken")


def test_keys_are_claimed_by_topic_and_not_every_key_of_every_topic(bench: Bench, small_claims: None) -> None:
    write(bench, [("a.v1", "j", version) for version in range(1, 5)])
    write(bench, [("b.v1", "k", version) for version in range(1, 5)])
    write(bench, [("a.v1", "k", 1), ("b.v1", "j", 1)])  # beyond the window of the eight oldest
    assert set(versions(read(bench))) == {("a.v1", "j"), ("b.v1", "k")}


def test_a_claim_holds_as_many_bytes_as_a_process_can_carry_and_one_row_at_least(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim, "_BYTES_A_CLAIM", 1000)
    write(bench, [("a.v1", "k", version) for version in (3, 2, 1)], size=400)
    assert versions(read(bench)) == {("a.v1", "k"): [1, 2]}
    write(bench, [("a.v1", "j", 1)], size=4000)
    found = read(bench)
    assert versions(found)["a.v1", "k"] == [1, 2]
    settle(bench, found)
    settle(bench, read(bench))
    assert versions(read(bench)) == {("a.v1", "j"): [1]}


def test_rows_written_while_a_claim_is_read_are_not_half_seen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two reads of a claim a key gets an earlier row: neither read may see it without the other."""
    monkeypatch.setattr(claim, "_FEW_ROWS", 1)
    write(bench, [("a.v1", "k", 2), ("a.v1", "k", 3)])
    few = claim._few

    def few_and_then_a_write(*arguments: Any) -> Any:
        seen = few(*arguments)
        write(bench, [("a.v1", "k", 1), ("a.v1", "k", 4)])
        return seen

    monkeypatch.setattr(claim, "_few", few_and_then_a_write)
    assert versions(read(bench)) == {("a.v1", "k"): [2, 3]}


def test_the_backlog_is_read_by_an_index_however_many_rows_were_sent_before(bench: Bench, small_claims: None) -> None:
    places = [("a.v1", "j"), ("b.v1", "k")]
    query = {**claim._waiting(SLOT), **outbox.one_of(places)}
    plan = bench.database[outbox.COLLECTION].find(query).sort(claim._IN_ORDER).explain()["queryPlanner"]["winningPlan"]
    assert "pending_in_order" in str(plan)
    assert "COLLSCAN" not in str(plan)
    assert "'stage': 'SORT'" not in str(plan)
