"""Events tell the world which of their sources the tenant has configured."""

from typing import Any

import pytest

from services.events.commands import announce_sources
from tests.integration.events.conftest import Bench
from tests.integration.events.test_registering import at_once
from tests.integration.events.test_sources import configured


def named(*names: str, at: str = "summit") -> list[dict[str, str]]:
    return [{"source": name, "source_event_id": at} for name in names]


def told(bench: Bench, event: str) -> list[tuple[str, dict[str, bool]]]:
    """The types of what was told of the event, each with which of its sources were configured."""
    return [
        (each.type, {source["source"]: source["configured"] for source in each.data["sources"]})
        for each in bench.told("event")
        if each.key == event
    ]


def delete(bench: Bench, source: dict[str, Any]) -> None:
    assert bench.call("DELETE", f"/v1/sources/{source['id']}", "integrator").status_code == 204


def test_a_published_event_says_which_of_its_sources_are_configured(bench: Bench) -> None:
    configured(bench, name="shop")
    event = bench.event(sources=named("pretix", "shop"))
    assert told(bench, event) == [("event.published.v1", {"pretix": False, "shop": True})]


def test_it_says_so_again_when_a_source_is_configured_later_and_when_it_is_no_longer(bench: Bench) -> None:
    event, other = bench.event(sources=named("pretix", "shop")), bench.event(sources=named("door"))
    source = configured(bench, name="pretix")
    bench.perform_due()
    delete(bench, source)
    bench.perform_due()
    bench.perform_due()
    assert told(bench, event) == [
        ("event.published.v1", {"pretix": False, "shop": False}),
        ("event.updated.v1", {"pretix": True, "shop": False}),
        ("event.updated.v1", {"pretix": False, "shop": False}),
    ]
    assert len(told(bench, other)) == 1


def test_of_a_draft_nothing_is_told_before_it_is_published(bench: Bench) -> None:
    draft = bench.event(publish=False, sources=named("shop"))
    configured(bench, name="shop")
    bench.perform_due()
    assert told(bench, draft) == []
    bench.publish(draft)
    assert told(bench, draft) == [("event.published.v1", {"shop": True})]


def test_a_source_that_an_event_names_later_is_told_as_it_is(bench: Bench) -> None:
    configured(bench, name="shop")
    event = bench.event(sources=[])
    bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"sources": named("shop")})
    bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"place": "Hall 2"})
    assert told(bench, event)[1:] == [("event.updated.v1", {"shop": True})] * 2


def test_all_events_of_a_source_are_told_however_many_pages_they_are(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announce_sources, "_AT_ONCE", 2)
    events = [bench.event(sources=named("shop", at=f"e{number}")) for number in range(5)]
    neighbor = bench.event(sources=named("shop"), tenant=bench.neighbor)
    configured(bench, name="shop")
    bench.perform_due()
    assert [told(bench, event)[-1] for event in events] == [("event.updated.v1", {"shop": True})] * 5
    assert told(bench, neighbor) == []


def test_a_source_configured_while_its_event_is_published_is_never_missed(bench: Bench) -> None:
    for number in range(6):
        event = bench.event(publish=False, sources=named(f"shop-{number}"))
        at_once(
            [
                lambda event=event: bench.publish(event).status_code,
                lambda number=number: (
                    bench.call(
                        "POST", "/v1/sources", "integrator", json={"kind": "generic", "name": f"shop-{number}"}
                    ).status_code
                ),
                lambda: bench.perform_due() or 200,
            ]
        )
        bench.perform_due()
        assert told(bench, event)[-1][1] == {f"shop-{number}": True}


def test_an_event_of_an_older_version_says_nothing_of_its_sources_until_something_changes(bench: Bench) -> None:
    event = bench.event(sources=named("shop"))
    bench.foundation.database["events"].update_one({"_id": event}, {"$unset": {"configured": 1}})
    bench.call("PATCH", f"/v1/events/{event}", "organizer", json={"place": "Hall 2"})
    assert "configured" not in bench.told("event.updated")[-1].data["sources"][0]
    configured(bench, name="shop")
    bench.perform_due()
    assert bench.told("event.updated")[-1].data["sources"][0]["configured"] is True
