"""A real pretix and a real platform that tell each other what happens.

The data of both stay in one folder (`ITHACA_TEST_PRETIX_DATA`, by default `.pretix` of the checkout), so that a second
run meets what the first one left. Broker and database are the embedded ones.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import Running, running
from tests.pretix.arrivals import SOURCE, Arrivals, called, sources
from tests.pretix.installation import installation
from tests.pretix.office import EVENT, ORGANIZER, Office

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the data stay from run to run."""
    return Path(os.environ.get("ITHACA_TEST_PRETIX_DATA") or _ROOT / ".pretix").absolute()


@pytest.fixture(scope="session")
def office(folder: Path) -> Iterator[Office]:
    """pretix, with somebody signed in who may do everything there."""
    python = Path(os.environ.get("ITHACA_TEST_PRETIX_PYTHON") or _ROOT / ".venv-pretix" / "bin" / "python")
    if not python.exists():
        pytest.fail(f"{python} is missing: `make test-pretix` installs pretix and runs these tests", pytrace=False)
    with installation(python, folder / "pretix") as url:
        office = Office(url)
        yield office
        office.close()


@pytest.fixture(scope="session")
def platform(folder: Path) -> Iterator[Running]:
    """`ithaca up` on data that stay."""
    environment = {
        "ITHACA_TOPIC_PREFIX": "pretix.",
        "ITHACA_DATABASE_PREFIX": "pretix_",
        "ITHACA_ALLOWED_NETWORKS": "127.0.0.0/8",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        for named in ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI"):
            patch.delenv(named, raising=False)
        with running(folder / "platform", environment) as platform:
            yield platform


@pytest.fixture(scope="session")
def arrivals(platform: Running, office: Office) -> Arrivals:
    """A source that reads pretix's event, and pretix's webhooks on their way to it.

    Where an earlier run configured it, it gets pretix's present address, a new token and a new secret.
    """
    reached = {"base_url": office.url, "token": office.reader_token()}
    known = [each for each in sources(platform) if each["name"] == SOURCE]
    if known:
        path, change = f"/v1/sources/{known[0]['id']}", {**reached, "rotate_secret": True}
        source = called(platform, "PATCH", "events", path, "integrator", change)
    else:
        made = {"kind": "pretix", "name": SOURCE, "organizer": ORGANIZER, "allow_private": True, **reached}
        source = called(platform, "POST", "events", "/v1/sources", "integrator", made)
    host = platform.platform.service("events").removeprefix("http://")
    office.tell(f"http://pretix:{source['secret']}@{host}{source['hook']}")
    arrivals = Arrivals(platform, source["id"], _event(platform))
    arrivals.sync()
    return arrivals


def _event(platform: Running) -> str:
    """The id of the published event that pretix's one belongs to."""
    sold = {"source": SOURCE, "source_event_id": EVENT}
    for each in called(platform, "GET", "events", "/v1/events", "organizer")["items"]:
        if sold in each["sources"]:
            return str(each["id"])
    body: dict[str, Any] = {
        "name": "Annual Summit",
        "starts_at": "2031-05-04T09:00:00Z",
        "ends_at": "2031-05-04T17:00:00Z",
        "time_zone": "Europe/Rome",
        "sources": [sold],
    }
    event_id = str(called(platform, "POST", "events", "/v1/events", "organizer", body)["id"])
    called(platform, "POST", "events", f"/v1/events/{event_id}/publish", "organizer")
    return event_id
