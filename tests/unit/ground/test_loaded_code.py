"""What a process of a service loads is what its role needs: the rest would cost each start seconds, and memory."""

import json
import subprocess
import sys

import pytest

from shared.settings import SERVICES

_TOLD = "\nimport json, sys; print(json.dumps([*sys.modules]))"
_RELAY = """
from cli.run import command
from shared.messaging.relay import Relay
Relay.run = lambda self: None
command.main([{service!r}, "--role", "relay"], standalone_mode=False)
"""


def loaded_by(program: str) -> set[str]:
    """The modules that a fresh interpreter has after the program."""
    ended = subprocess.run(
        [sys.executable, "-c", program + _TOLD], capture_output=True, text=True, timeout=120, check=True
    )
    return set(json.loads(ended.stdout.splitlines()[-1]))


def code_of(service: str, loaded: set[str]) -> set[str]:
    return {name for name in loaded if name.startswith(f"services.{service}.")}


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_does_without_the_views_of_its_service(service: str) -> None:
    own = code_of(service, loaded_by(f"import services.{service}.app"))
    assert f"services.{service}.reactions" in own
    assert not {name for name in own if name.startswith(f"services.{service}.api")}


@pytest.mark.parametrize(
    ("modules", "libraries"),
    [
        ("services.events.app, services.events.api", {"numba", "scipy", "ortools"}),
        ("services.profiles.app", {"scim2_models"}),
    ],
)
def test_what_takes_long_to_load_is_left_until_it_is_needed(modules: str, libraries: set[str]) -> None:
    assert not libraries & loaded_by(f"import {modules}")


@pytest.mark.parametrize("service", SERVICES)
def test_a_relay_does_without_the_code_of_its_service(service: str) -> None:
    loaded = loaded_by(_RELAY.format(service=service))
    assert "shared.messaging.relay" in loaded
    assert not code_of(service, loaded)
