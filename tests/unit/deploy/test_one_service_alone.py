"""An image holds the code of one service: the commands work there, and say so where another is asked for."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.unit.deploy.places import ROOT


@pytest.fixture
def profiles_alone(tmp_path: Path) -> Path:
    """A folder with what the image of profiles holds."""
    (tmp_path / "services").mkdir()
    for name in ("shared", "cli", "services/__init__.py", "services/profiles"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def ithaca(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command with the libraries of this environment, but without its way (by `site`) to this checkout's code."""
    libraries = sysconfig.get_path("platlib")
    return subprocess.run(
        [sys.executable, "-S", "-W", "ignore", "-m", "cli.main", *arguments],
        cwd=installed,
        env={"PYTHONPATH": f"{installed}:{libraries}", "ITHACA_DATA": str(installed / "data")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_command_for_all_services_speaks_for_the_one_that_is_there(profiles_alone: Path) -> None:
    done = ithaca(profiles_alone, "contract", "export", "out")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (profiles_alone / "out").glob("openapi-*.json")] == ["openapi-profiles.json"]


@pytest.mark.parametrize("arguments", [("run", "matching", "--role", "web"), ("dead", "list", "--service", "matching")])
def test_asking_for_another_service_ends_with_one_line(profiles_alone: Path, arguments: tuple[str, ...]) -> None:
    done = ithaca(profiles_alone, *arguments)
    assert done.returncode == 1
    assert done.stderr == "ithaca: the code of matching is not part of this installation\n"
