"""Speed rounds and the event they are of: neither leaves the other behind, and nobody waits for what was called off."""

from collections.abc import Iterator

import pytest

from shared.clock import rfc3339
from tests.integration.events.conftest import Bench
from tests.integration.events.rounds import STARTS, Watch, ask, do, gathering, planned, published, shown, told, watched


@pytest.fixture
def watch(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    yield from watched(bench, monkeypatch)


def change(bench: Bench, event: str, **fields: str) -> tuple[int, str]:
    answer = bench.call("PATCH", f"/v1/events/{event}", "organizer", json=fields)
    return answer.status_code, (answer.json or {}).get("detail", "")


def test_an_event_does_not_leave_its_rounds_behind_published_or_planned(bench: Bench) -> None:
    event, _ = gathering(bench, 4)
    published(bench, event, rounds=3, name="Morning")
    planned(bench, event, rounds=3, starts_at="2099-05-05T08:00:00Z", name="Second day")
    ask(bench, event, rounds=3, starts_at="2099-05-06T15:00:00Z", name="Third day")
    status, detail = change(bench, event, ends_at="2099-05-04T12:20:00Z")
    assert (status, detail.count("Morning"), detail.count("Second day"), detail.count("Third day")) == (409, 1, 1, 1)
    assert change(bench, event, starts_at="2099-05-04T12:01:00Z")[0] == 409
    assert change(bench, event, starts_at="2099-05-04T12:00:00Z", ends_at="2099-05-06T15:28:00Z")[0] == 200


def test_rounds_that_are_over_or_called_off_hold_no_event(bench: Bench, watch: Watch) -> None:
    event, _ = gathering(bench, 4)
    series = planned(bench, event, rounds=3, starts_at="2099-05-05T08:00:00Z")
    published(bench, event, rounds=3)
    watch.set(minutes=28)
    assert do(bench, series, "cancel").status_code == 200
    assert change(bench, event, starts_at="2099-05-04T12:10:00Z")[0] == 200


def test_rounds_that_could_not_be_planned_are_not_planned_where_the_event_is_no_more(bench: Bench) -> None:
    event, _ = gathering(bench, 1)
    series = ask(bench, event, rounds=3, starts_at="2099-05-06T15:00:00Z")
    bench.perform_due()
    assert shown(bench, series)["state"] == "failed"
    assert change(bench, event, ends_at="2099-05-06T15:10:00Z")[0] == 200
    refused = do(bench, series, "replan", json={})
    assert refused.status_code == 409
    assert "event" in refused.json["detail"]  # type: ignore[index]
    assert shown(bench, series)["state"] == "failed"


def test_whoever_had_rounds_left_hears_that_they_are_cancelled(
    bench: Bench, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, people = gathering(bench, 4)
    series = published(bench, event, rounds=3)
    bench.ticket("P-1", status="cancelled", updated_at="2026-11-02T10:00:00Z")
    watch.set(minutes=25)
    monkeypatch.setattr("services.events.commands.publish_rounds.PART", 2)
    assert do(bench, series, "cancel").status_code == 200
    assert do(bench, series, "cancel").status_code == 200
    _, one, other = told(bench)
    assert [each["member_ids"] for each in (one, other)] == [[people[0], people[2]], people[3:]]
    assert {(each["state"], each["reason"], each["parts"]) for each in (one, other)} == {("cancelled", "organizer", 2)}


def test_of_rounds_that_nobody_was_told_of_or_that_are_over_nobody_hears(bench: Bench, watch: Watch) -> None:
    event, _ = gathering(bench, 4)
    do(bench, planned(bench, event, rounds=3, starts_at="2099-05-05T08:00:00Z"), "cancel")
    series = published(bench, event, rounds=3)
    watch.set(minutes=28)
    do(bench, series, "cancel")
    assert [each.get("state") for each in told(bench)] == [None]


def test_with_their_event_rounds_are_cancelled_for_that_reason(bench: Bench) -> None:
    event, people = gathering(bench, 4)
    published(bench, event, rounds=3)
    assert bench.call("POST", f"/v1/events/{event}/cancel", "organizer").status_code == 200
    *_, last = told(bench)
    assert (last["state"], last["reason"], last["member_ids"]) == ("cancelled", "event_cancelled", people)
    assert rfc3339(STARTS) == last["starts_at"]
