"""The Dockerfiles: one service in each, nobody's secrets, no root."""

import json
import re
from functools import cache
from pathlib import PurePosixPath

import pytest

from shared.settings import SERVICES
from tests.unit.deploy.places import ROOT


@cache
def instructions(service: str) -> list[tuple[str, str]]:
    """Each instruction's name and arguments, in order."""
    text = (ROOT / "services" / service / "Dockerfile").read_text("utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "")
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def last(service: str, name: str) -> str:
    return [rest for each, rest in instructions(service) if each == name][-1]


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_takes_no_other_service_and_no_tests(service: str) -> None:
    sources = {
        source
        for name, rest in instructions(service)
        if name == "COPY" and not rest.startswith("--from=")
        for source in rest.split()[:-1]
    }
    assert sources == {
        *("pyproject.toml", "requirements.lock", "README.md", "LICENSE"),
        *("deploy/images/locked.py", "deploy/images/alive.py"),
        *("shared", "cli", "services/__init__.py", f"services/{service}"),
    }


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_runs_every_role_of_its_service_without_root(service: str) -> None:
    assert json.loads(last(service, "ENTRYPOINT")) == ["ithaca", "run", service, "--role"]
    assert json.loads(last(service, "CMD")) == ["all"]
    assert int(last(service, "USER")) > 0


@pytest.mark.parametrize("service", SERVICES)
def test_docker_asks_for_health_and_its_signal_reaches_python(service: str) -> None:
    assert last(service, "HEALTHCHECK").endswith('CMD ["python", "/opt/ithaca/alive.py"]')
    assert last(service, "STOPSIGNAL") == "SIGTERM"
    assert last(service, "ENTRYPOINT").startswith("[")  # a shell in between would keep the signal to itself


@pytest.mark.parametrize("service", SERVICES)
def test_no_package_comes_without_its_hash(service: str) -> None:
    installs = [
        command
        for name, rest in instructions(service)
        if name == "RUN"
        for command in rest.split("&&")
        if " install " in command and "pip" in command
    ]
    assert installs
    assert all("--require-hashes" in command or "--no-index" in command for command in installs)


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_build_was_told_stays_out_of_the_image(service: str) -> None:
    names = [name for name, _ in instructions(service)]
    second = len(names) - names[::-1].index("FROM")
    assert "ARG" not in names[second:]


def test_all_that_is_copied_passes_the_ignore_file_and_nothing_else_does() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {
        source
        for service in SERVICES
        for name, rest in instructions(service)
        if name == "COPY" and not rest.startswith("--from=")
        for source in rest.split()[:-1]
    }
    assert {entry for entry in allowed if any(PurePosixPath(path).is_relative_to(entry) for path in copied)} == allowed
    assert all(any(PurePosixPath(path).is_relative_to(entry) for entry in allowed) for path in copied)


@pytest.mark.parametrize("service", SERVICES)
def test_the_base_image_can_be_chosen_for_both_stages(service: str) -> None:
    assert instructions(service)[0] == ("ARG", "BASE_IMAGE=python:3.11-slim")
    assert [rest.split()[0] for name, rest in instructions(service) if name == "FROM"] == ["${BASE_IMAGE}"] * 2


def test_the_four_differ_by_the_name_of_the_service_only() -> None:
    texts = {
        (ROOT / "services" / service / "Dockerfile").read_text("utf-8").replace(service, "NAME") for service in SERVICES
    }
    assert len(texts) == 1
