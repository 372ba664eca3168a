"""Kafka's jars are fetched once, whole or not at all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.embedded.errors import NotAvailable
from cli.embedded.kafka_jars import cache_folder, cached, distribution
from tests.integration.embedded.waiting import eventually

needs_maven = pytest.mark.skipif(shutil.which("mvn") is None, reason="no Maven here")

FETCH = """
import sys
from pathlib import Path
from cli.embedded.interruption import Interruption
from cli.embedded.kafka_jars import fetched
from cli.embedded.ledger import Ledger
from cli.embedded.report import PlainReport
from cli.embedded.supervisor import Supervisor

folder = Path(sys.argv[1])
supervisor = Supervisor(Ledger(folder / "processes.json"), Interruption(), PlainReport())
try:
    run = lambda command, progress: supervisor.run_to_end({"fetch": command}, progress)
    print(len(fetched(folder / "fetch.log", run, supervisor.check).jars), "jars")
finally:
    supervisor.stop()
"""


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def fetching(folder: Path) -> subprocess.Popen[str]:
    folder.mkdir()
    return subprocess.Popen([sys.executable, "-c", FETCH, str(folder)], stdout=subprocess.PIPE, text=True)


@needs_maven
def test_a_fetch_that_was_killed_leaves_no_jars_and_the_next_one_all(tmp_path: Path) -> None:
    first = fetching(tmp_path / "first")
    eventually(lambda: list(cache_folder().parent.glob("*.part-*")))
    first.kill()
    first.communicate()
    assert cached() is None

    second = fetching(tmp_path / "second")
    output, _ = second.communicate(timeout=300)

    jars = cached()
    assert jars is not None
    assert f"{len(jars.jars)} jars" in output
    assert any(jar.name.startswith("kafka_2.13-") for jar in jars.jars)
    assert list(cache_folder().parent.glob("*.part-*")) == []


@needs_maven
def test_two_at_once_end_with_the_same_jars_fetched_once(tmp_path: Path) -> None:
    both = [fetching(tmp_path / name) for name in ("one", "two")]
    outputs = [process.communicate(timeout=300)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sorted("fetch: done" in output for output in outputs) == [False, True]


def test_a_distribution_without_a_server_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "kafka-clients-4.4.0.jar").touch()

    with pytest.raises(NotAvailable, match=f"KAFKA_HOME names {tmp_path}"):
        distribution(tmp_path)


def test_a_distribution_gives_its_jars_in_a_fixed_order(tmp_path: Path) -> None:
    (tmp_path / "libs").mkdir()
    for name in ("zstd.jar", "kafka_2.13-4.4.0.jar", "README"):
        (tmp_path / "libs" / name).touch()

    found = distribution(tmp_path)

    assert [jar.name for jar in found.jars] == ["kafka_2.13-4.4.0.jar", "zstd.jar"]
    assert found.classpath.split(os.pathsep) == [str(jar) for jar in found.jars]
