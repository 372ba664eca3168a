"""A real pretix and a real platform that tell each other what happens.

The data of both stay in one folder (`ITHACA_TEST_PRETIX_DATA`, by default `.pretix` of the checkout), so that a second
run meets what the first one left. Broker and database are the embedded ones.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import Running, running
from tests.pretix.arrivals import SOURCE, Arrivals, called, configure, everything, open_event
from tests.pretix.installation import installation
from tests.pretix.office import EVENT, Office

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
    token = office.reader_token()
    known = [each for each in everything(platform, "/v1/sources", "integrator") if each["name"] == SOURCE]
    if known:
        path, change = f"/v1/sources/{known[0]['id']}", {"base_url": office.url, "token": token, "rotate_secret": True}
        source = called(platform, "PATCH", "events", path, "integrator", change)
    else:
        source = configure(platform, SOURCE, office.url, token)
    host = platform.platform.service("events").removeprefix("http://")
    office.tell(f"http://pretix:{source['secret']}@{host}{source['hook']}")
    arrivals = Arrivals(platform, source["id"], _event(platform))
    arrivals.sync()
    return arrivals


def _event(platform: Running) -> str:
    """The id of the event that pretix's one belongs to."""
    sold = {"source": SOURCE, "source_event_id": EVENT}
    for each in everything(platform, "/v1/events", "organizer"):
        if sold in each["sources"]:
            return str(each["id"])
    return open_event(platform, "Annual Summit", sold)
