"""The broker and the database of a test run, found once; where they come from stands in the summary."""

import dataclasses
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from pymongo import MongoClient

from shared import settings as settings_module
from shared.messaging import topics
from shared.settings import Settings
from tests.backends import Backends, find
from tests.examples import tried
from tests.memory import quick_folder

_PLATFORMS = ("e2e", "faults")
_TOLD = "told"
_LIGHTER = "needs Apache Kafka"

_LEFT_SOCKET = r"ignore:unclosed <socket\.socket .*raddr=\(.[\d.]+., {port}\)>$:ResourceWarning"
"""kafka-python leaves that of a connection to the garbage collector whose client closes before it was made."""

_backends: Backends | None = None

# How long an example takes says something of the machine, and nothing of the code.
hypothesis.settings.register_profile(
    "untimed", deadline=None, max_examples=tried(100), suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

# The pictures of exceptions that structlog draws by default take a second each, and handlers fail often here.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture(scope="session")
def backends(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """A broker and a database: named by the environment, else from Docker, else embedded."""
    global _backends
    with ExitStack() as stack:
        folder = stack.enter_context(quick_folder(tmp_path_factory.mktemp("platform")))
        _backends = find(os.environ, folder, stack)
        for address in _backends.kafka.split(","):
            port = address.rpartition(":")[2]
            pytestconfig.addinivalue_line("filterwarnings", _LEFT_SOCKET.format(port=port))
        yield _backends


@pytest.fixture(scope="session")
def kafka_bootstrap(backends: Backends) -> str:
    return backends.kafka


@pytest.fixture(scope="session")
def mongodb_uri(backends: Backends) -> str:
    return backends.mongodb


@pytest.fixture
def settings(backends: Backends, tmp_path: Path) -> Iterator[Settings]:
    """Settings with topics and databases of the test's own; the databases are dropped afterwards."""
    with own_settings(backends, tmp_path) as made:
        yield made


@contextmanager
def own_settings(backends: Backends, folder: Path) -> Iterator[Settings]:
    """The same for a fixture that many tests share."""
    unique = uuid.uuid4().hex[:10]
    base = settings_module.read(
        {
            "KAFKA_BOOTSTRAP_SERVERS": backends.kafka,
            "MONGODB_URI": backends.mongodb,
            "ITHACA_TOPIC_PREFIX": f"t{unique}.",
            "ITHACA_DATABASE_PREFIX": f"t{unique}_",
            "ITHACA_BROKER": backends.broker,
            "ITHACA_DATA": str(folder / "data"),
            "ITHACA_SECRET_KEY": "a-secret-of-the-tests-and-nobody-else",
        }
    )
    try:
        yield base
    finally:
        with MongoClient[dict[str, object]](backends.mongodb) as client:
            for name in client.list_database_names():
                if name.startswith(base.database_prefix):
                    client.drop_database(name)


@pytest.fixture
def topics_of(settings: Settings) -> Iterator[Callable[..., Settings]]:
    """Creates the contract's topics under the test's prefix, or those that are named; they are deleted afterwards."""
    created: list[str] = []

    def create(*names: str) -> Settings:
        wanted = {settings.topic(name) for name in names}
        admin = topics.connect(settings)
        try:
            found = topics.differences(admin, settings)
            found = [difference for difference in found if not wanted or difference.topic in wanted]
            topics.apply(admin, settings, found)
            created.extend({difference.topic for difference in found})
        finally:
            admin.close()
        return settings

    yield create
    if created:
        admin = topics.connect(settings)
        try:
            admin.delete_topics(created)
        finally:
            admin.close()


@pytest.fixture
def apache_kafka(request: pytest.FixtureRequest, backends: Backends) -> None:
    """Skips a test marked `kafka` where the broker is the lighter one, by the reason that the mark gives."""
    if backends.broker == "noida":
        pytest.skip(f"{_LIGHTER}: {request.node.get_closest_marker('kafka').args[0]}")


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Puts a line about what a test did into the summary of the run."""
    return lambda line: request.node.user_properties.append((_TOLD, line))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "kafka(reason): needs Apache Kafka; the reason says what the lighter broker cannot do"
    )


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files stay whole when several processes share the run; whole platforms are started by one of them, in turn."""
    for item in items:
        file = item.path.relative_to(Path(__file__).parent)
        first, second = file.parts[:2]
        group = "platforms" if first in _PLATFORMS or second == "embedded" else str(file)
        item.add_marker(pytest.mark.xdist_group(group))
        if isinstance(item, pytest.Function) and item.get_closest_marker("kafka") is not None:
            item.fixturenames.insert(0, "apache_kafka")  # before anything is started for a test that will not run


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process that shares the run tells the one that sums it up where its broker and database came from."""
    if hasattr(session.config, "workeroutput") and _backends is not None:
        session.config.workeroutput["backends"] = dataclasses.asdict(_backends)


def pytest_testnodedown(node: Any) -> None:
    """In the process that sums up: remembers what a sharing process told."""
    global _backends
    if told := getattr(node, "workeroutput", {}).get("backends"):
        _backends = Backends(**told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _backends is not None:
        terminalreporter.section("platform")
        for name, origin in dataclasses.asdict(_backends).items():
            terminalreporter.line(f"{name}: {origin}")
    lighter = [report for report in terminalreporter.stats.get("skipped", ()) if _LIGHTER in str(report.longrepr)]
    if lighter:
        terminalreporter.section("what this broker cannot do")
        for report in lighter:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[2].partition(f'{_LIGHTER}: ')[2]}")
    ended = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    told = [(report.nodeid, text) for report in ended for name, text in report.user_properties if name == _TOLD]
    if told:
        terminalreporter.section("what was done")
        for test, text in dict.fromkeys(told):
            terminalreporter.line(f"{test}: {text}")
