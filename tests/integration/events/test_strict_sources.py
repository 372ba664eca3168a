"""With ITHACA_STRICT_SOURCES a record of a source that its tenant has not configured is refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.backends import Backends
from tests.conftest import own_settings
from tests.integration.events.conftest import Bench, Deployment
from tests.integration.events.test_sources import configured


@pytest.fixture
def strict(backends: Backends, tmp_path: Path) -> Iterator[Bench]:
    with own_settings(backends, tmp_path) as settings:
        deployed = Deployment(replace(settings, strict_sources=True), tmp_path)
        yield Bench(deployed)
        deployed.foundation.close()


def test_only_configured_sources_are_heard_and_the_others_find_out_why(strict: Bench) -> None:
    event = strict.event(sources=[{"source": name, "source_event_id": "summit"} for name in ("pretix", "shop")])
    configured(strict, name="shop")
    strict.handle([strict.ticket_message("A-1"), strict.ticket_message("B-1", source="shop")])
    assert [each["source"] for each in strict.registrations(event)] == ["shop"]
    listed = strict.call("GET", "/v1/rejections", "integrator").json
    assert listed is not None
    [rejection] = listed["items"]
    assert [(each["pointer"], each["detail"]) for each in rejection["faults"]] == [
        ("/source", "No source of this name is configured: pretix.")
    ]
