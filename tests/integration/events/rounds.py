"""An event with many people, and its speed rounds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.clock import rfc3339
from shared.ids import new_id
from tests.integration.events.conftest import Bench

STARTS = datetime(2099, 5, 4, 12, tzinfo=UTC)
Plan = dict[str, Any]


def gathering(bench: Bench, people: int, **fields: Any) -> tuple[str, list[str]]:
    """An event that so many members come to; its id and theirs, in order."""
    event = bench.event(**fields)
    return event, arrive(bench, people)


def arrive(bench: Bench, people: int, *, begin: int = 0, checked_in: bool = False) -> list[str]:
    """So many more members with tickets of the event."""
    ids = sorted(new_id() for _ in range(people))
    numbered = list(enumerate(ids, start=begin))
    more: dict[str, Any] = {"checked_in_at": "2026-11-02T10:00:00Z"} if checked_in else {}
    bench.handle(
        [bench.member_message(each, f"P-{at}", given_name=f"Person {at:05d}", family_name="") for at, each in numbered]
    )
    bench.handle([bench.ticket_message(f"P-{at}", **more) for at, _ in numbered])
    return ids


def ask(bench: Bench, event: str, *, status: int = 202, **fields: Any) -> dict[str, Any]:
    """Asks for rounds."""
    body = {"starts_at": rfc3339(STARTS), "rounds": 4} | fields
    answer = bench.call("POST", f"/v1/events/{event}/rounds", "organizer", json=body)
    assert answer.status_code == status, answer.get_data()
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def planned(bench: Bench, event: str, **fields: Any) -> dict[str, Any]:
    """Rounds that are ready."""
    series = ask(bench, event, **fields)
    bench.perform_due()
    ready = shown(bench, series)
    assert ready["state"] == "ready", ready
    return ready


def published(bench: Bench, event: str, **fields: Any) -> dict[str, Any]:
    """Rounds that people were told of."""
    series = planned(bench, event, **fields)
    answer = do(bench, series, "publish")
    assert answer.status_code == 200, answer.get_data()
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def path(series: dict[str, Any], verb: str = "") -> str:
    return f"/v1/events/{series['event_id']}/rounds/{series['id']}" + (f"/{verb}" if verb else "")


def do(bench: Bench, series: dict[str, Any], verb: str, *roles: str, **options: Any) -> TestResponse:
    """Does something with them."""
    return bench.call("POST", path(series, verb), *(roles or ("organizer",)), **options)


def shown(bench: Bench, series: dict[str, Any]) -> dict[str, Any]:
    """As they stand now."""
    answer = bench.call("GET", path(series), "organizer")
    assert answer.status_code == 200, answer.get_data()
    found: dict[str, Any] = answer.json  # type: ignore[assignment]
    return found


def plans(bench: Bench, series: dict[str, Any]) -> list[Plan]:
    """Everybody's, page by page."""
    found: list[Plan] = []
    cursor: str | None = None
    while True:
        query = {"limit": "200"} | ({} if cursor is None else {"cursor": cursor})
        answer = bench.call("GET", path(series, "plan"), "organizer", query_string=query)
        assert answer.status_code == 200, answer.get_data()
        found += answer.json["items"]  # type: ignore[index]
        cursor = answer.json["next"]  # type: ignore[index]
        if cursor is None:
            return found


def own_plan(bench: Bench, series: dict[str, Any], member: str) -> list[Plan]:
    answer = bench.call("GET", path(series, "plan"), "member", member=member)
    assert answer.status_code == 200, answer.get_data()
    items: list[Plan] = answer.json["items"]  # type: ignore[index]
    return items


def meetings(found: Sequence[Plan]) -> Counter[tuple[str, str]]:
    """How often each two sit together."""
    tables: dict[tuple[int, str], list[str]] = {}
    for each in found:
        for seat in each["rounds"]:
            if not seat["bye"]:
                tables.setdefault((seat["round"], seat["table"]), []).append(each["member_id"])
    return Counter(pair for people in tables.values() for pair in combinations(sorted(people), 2))


def seats(found: Sequence[Plan], member: str) -> dict[int, str | None]:
    """The member's table in each round."""
    [own] = [each for each in found if each["member_id"] == member]
    return {seat["round"]: seat["table"] for seat in own["rounds"]}


def told(bench: Bench) -> Iterator[dict[str, Any]]:
    """What was announced of rounds, in order."""
    for each in bench.told("rounds.published"):
        yield each.data


class Watch:
    """A clock that a test sets."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def set(self, **later: int) -> None:
        """So much after the begin of the first round."""
        self.at = STARTS + timedelta(**later)


def watched(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """The clock of the service, for requests and for the work that is due; an hour before the first round."""
    clock, before = Watch(STARTS - timedelta(hours=1)), bench.foundation.clock
    monkeypatch.setattr(bench.foundation.unit_of_work, "clock", clock)
    object.__setattr__(bench.foundation, "clock", clock)
    yield clock
    object.__setattr__(bench.foundation, "clock", before)
