"""A process that is killed comes back, and the stream goes on."""

import os
import signal

import pytest

from tests.e2e.gathering import gathering
from tests.e2e.outside import record
from tests.e2e.running import Running, eventually


@pytest.mark.parametrize("name", ["events-worker", "profiles-worker", "profiles-relay"])
def test_a_killed_process_is_restarted_and_the_stream_goes_on(platform: Running, name: str) -> None:
    event = gathering(platform)
    event.outside.binary(record(event.source_event_id, "BEFORE-1"))
    event.linked("BEFORE-1")
    killed = platform.processes()[name]
    os.kill(killed.pid, signal.SIGKILL)
    event.outside.binary(record(event.source_event_id, "AFTER-1"))
    eventually(lambda: (now := platform.processes().get(name)) is not None and now.pid != killed.pid)
    event.linked("AFTER-1")
    assert sorted(event.registrations()) == ["AFTER-1", "BEFORE-1"]
