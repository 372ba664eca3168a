"""How the roles end: what is in hand is finished, and who insists is obeyed at once."""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.messaging.group_lag import group_lag
from shared.messaging.relay import Relay
from tests.collector import collector
from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.processes import Asked, process
from tests.ports import free_port

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


WAITING = """
import signal, sys, threading
from shared.service import until_signalled

done = threading.Event()

def elsewhere():
    while sys._current_frames()[threading.main_thread().ident].f_code is not threading.Condition.wait.__code__:
        pass
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

def run():
    threading.Thread(target=elsewhere).start()
    done.wait()

until_signalled(run, done.set)
print("ended")
"""


def test_a_signal_that_does_not_wake_the_main_thread_is_heard_all_the_same() -> None:
    ended = subprocess.run([sys.executable, "-c", WAITING], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (0, "ended\n")


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


def test_a_worker_asked_to_stop_finishes_the_message_in_hand_and_stores_how_far_it_came(
    bench: Bench, tmp_path: Path
) -> None:
    with bench.running(workers=0), collector() as collected:
        traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collected.endpoint}
        with process("worker", bench.settings, tmp_path, traced) as worker:
            bench.publish("attendee.published.v1", "one-key", None, attendee("SLOW-1"))
            worker.wait_for("in_hand")
            worker.popen.send_signal(signal.SIGTERM)
            assert worker.popen.wait(60) == 0, worker.printed()
        assert bench.database["notes"].count_documents({}) == 1
        found = group_lag(bench.settings, "events", ["attendees.v1"], bench.foundation.clock.now())
        assert [one for one in found if one.messages] == []
        assert collected.named("note attendee.published.v1"), "the last spans were not sent"


@pytest.mark.kafka("lets a member go that left its group in a hurry")
def test_a_worker_that_quits_in_the_middle_of_a_message_leaves_it_to_the_next(bench: Bench, tmp_path: Path) -> None:
    with bench.running(workers=0):
        with process("worker", bench.settings, tmp_path) as worker:
            bench.publish("attendee.published.v1", "one-key", None, attendee("STUCK-1"))
            worker.wait_for("in_hand")
            while worker.popen.poll() is None:
                worker.popen.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.popen.wait(0.1)
            assert worker.popen.returncode == 128 + signal.SIGTERM
        assert bench.database["notes"].count_documents({}) == 0
        with _open_transactions_last(bench), bench.running(relays=0):
            eventually(lambda: bench.database["notes"].count_documents({}) == 1)


@contextmanager
def _open_transactions_last(bench: Bench) -> Iterator[None]:
    """The server gives up the transaction of a client that is gone after a minute: here it never does."""
    admin = bench.database.client.admin
    was = admin.command("getParameter", 1, transactionLifetimeLimitSeconds=1)["transactionLifetimeLimitSeconds"]
    admin.command("setParameter", 1, transactionLifetimeLimitSeconds=3600)
    try:
        yield
    finally:
        admin.command("setParameter", 1, transactionLifetimeLimitSeconds=was)


def test_a_relay_process_asked_to_stop_ends_with_nothing_half_sent(bench: Bench, tmp_path: Path) -> None:
    for number in range(300):
        bench.publish("attendee.published.v1", f"key-{number % 7}", None, attendee(f"S-{number}"))
    with process("relay", bench.settings, tmp_path) as relay:
        relay.wait_for("ready")
        eventually(lambda: bench.database["outbox"].count_documents({"pending": True}) < 300)
        relay.popen.send_signal(signal.SIGTERM)
        assert relay.popen.wait(60) == 0, relay.printed()
    with bench.running():
        eventually(lambda: bench.database["notes"].count_documents({}) >= 300)
    assert len(bench.database["notes"].distinct("message")) == bench.database["notes"].count_documents({}) == 300


@pytest.mark.parametrize("role", ["web", "worker", "relay"])
@pytest.mark.parametrize("away", ["KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI"])
def test_a_role_asked_to_stop_while_broker_or_database_is_away_still_ends(
    bench: Bench, tmp_path: Path, role: str, away: str
) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    address = nowhere if away.startswith("KAFKA") else f"mongodb://{nowhere}/?replicaSet=rs0"
    asked = Asked()
    own = {away: address, "ITHACA_PORT": str(asked.port), "ITHACA_DATA": str(tmp_path), "ITHACA_HEALTH_PORT": "0"}
    if role != "web":
        own["ITHACA_HEALTH_PORT"] = str(asked.port)
    with process(role, bench.settings, tmp_path, own, module="cli.main run events --role") as ran:
        eventually(lambda: asked.answers(ran))
        ran.popen.send_signal(signal.SIGTERM)
        assert ran.popen.wait(60) == 0, ran.printed()
