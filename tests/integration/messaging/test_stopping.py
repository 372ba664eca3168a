"""How the roles end: what is in hand is finished, and who insists is obeyed at once."""

import contextlib
import signal
import subprocess
import sys
import threading

import pytest

from shared.messaging.relay import Relay
from tests.integration.messaging.conftest import Bench, attendee, eventually

STUBBORN = """
import threading, time
from shared.service import until_signalled

def run():
    thread = threading.Thread(target=threading.Event().wait)
    thread.start()
    print("running", flush=True)
    thread.join()

until_signalled(run, lambda: print("asked", flush=True))
"""


def test_a_second_signal_quits_at_once_whatever_still_runs() -> None:
    with subprocess.Popen([sys.executable, "-u", "-c", STUBBORN], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "asked\n"
        # Signals within half a second are one wish: a terminal and a parent both pass on the same one.
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        assert process.returncode == 128 + signal.SIGTERM


def test_a_relay_asked_to_stop_finishes_its_claim_and_leaves_the_backlog(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.claim._FEW_ROWS", 2)
    monkeypatch.setattr("shared.messaging.claim._ROWS_OF_THE_OLDEST_KEY", 2)
    relay = bench.service().relay()
    settle = Relay._settle

    def settle_and_ask(self: Relay, *arguments) -> None:
        settle(self, *arguments)
        self.stop()

    monkeypatch.setattr(Relay, "_settle", settle_and_ask)
    for number in range(10):
        bench.publish("attendee.published.v1", "one-key", None, attendee(f"R-{number}"))
    relay.run()
    assert bench.database["outbox"].count_documents({"pending": True}) == 8


def test_a_relay_whose_broker_never_answers_a_commit_still_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client waits for that answer without end."""
    waiting, forever = threading.Event(), threading.Event()

    def never(self: Relay, *arguments) -> None:
        waiting.set()
        forever.wait()

    monkeypatch.setattr(Relay, "_carry", never)
    relay = Relay(bench.settings, bench.foundation.client, bench.database, bench.name, lease_seconds=2.0)
    thread = threading.Thread(target=relay.run)
    thread.start()
    eventually(waiting.is_set)
    relay.stop()
    thread.join(30)
    assert not thread.is_alive()
    forever.set()
