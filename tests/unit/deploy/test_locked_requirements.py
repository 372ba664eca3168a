"""Each image gets the locked packages that its service needs, with their hashes, and no others."""

import re
import subprocess
import sys
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from shared.settings import SERVICES
from tests.unit.deploy.places import IMAGES, ROOT


def locked(*parts: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, IMAGES / "locked.py", *parts], cwd=ROOT, capture_output=True, text=True, check=False
    )


def names(*parts: str) -> set[str]:
    done = locked(*parts)
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"^([a-z0-9-]+)==", done.stdout, flags=re.MULTILINE))


def installed_closure(name: str, extras: frozenset[str]) -> set[str]:
    """What pip would install with this distribution on this machine, by the metadata of what is installed."""
    found: set[str] = set()
    waiting = {(name, extras)}
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        seen.add(current := waiting.pop())
        found.add(canonicalize_name(current[0]))
        for line in distribution(current[0]).requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in current[1] | {""}
            ):
                waiting |= {(requirement.name, frozenset(requirement.extras))} - seen
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_all_that_it_needs_and_nothing_else(service: str) -> None:
    wanted = installed_closure("ithaca", frozenset({service})) - {"ithaca"}
    # Locked for other machines or for newer Pythons; pip passes over them by their markers.
    assert names(service) - {"colorama", "pywin32"} == wanted


def test_only_those_that_pair_people_carry_the_solver() -> None:
    assert {service for service in SERVICES if "ortools" in names(service)} == {"events", "matching"}


def test_the_trial_gets_a_mail_server_beside_what_all_need() -> None:
    assert names("mailbox") - names("profiles") == {"aiosmtpd", "atpublic"}


@pytest.mark.parametrize("part", [*SERVICES, "mailbox", "build"])
def test_every_entry_keeps_its_version_and_hashes_as_locked(part: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", locked(part).stdout, flags=re.MULTILINE)[1:]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert entries
    assert all(entry in lock and "--hash=sha256:" in entry for entry in entries)


def test_the_model_of_goals_is_for_those_who_ask_for_it() -> None:
    assert not names("matching") & {"onnxruntime", "tokenizers"}
    assert names("matching", "themes") - names("matching") >= {"onnxruntime", "tokenizers"}


def test_building_needs_the_locked_build_backend_alone() -> None:
    assert names("build") == {"setuptools"}


def test_a_part_that_nobody_declares_fails_the_build() -> None:
    assert locked("billing").returncode != 0
