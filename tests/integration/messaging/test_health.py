"""What a worker and a relay answer when they are asked how they are."""

import signal
import socket
from pathlib import Path

import pytest

from cli.embedded.ports import is_free
from shared.service import attended
from tests.integration.messaging.conftest import Bench, attendee, eventually
from tests.integration.messaging.processes import Asked, process
from tests.ports import free_port


def test_a_worker_is_alive_at_once_ready_as_a_member_and_tells_how_far_it_is(bench: Bench, tmp_path: Path) -> None:
    asked = Asked()
    with bench.running(workers=0):
        for number in range(5):
            bench.publish("attendee.published.v1", f"key-{number}", None, attendee(f"H-{number}"))
        with process("worker", bench.settings, tmp_path, asked.environment) as worker:
            eventually(lambda: asked.answers(worker))
            eventually(lambda: asked.get("/health/ready").status_code == 200)
            assert asked.get("/health/ready").json() == {
                "status": "ready",
                "parts": {"database": "ready", "group": "ready"},
            }
            eventually(lambda: asked.metric("ithaca_messages_handled_total") == 5)
            assert asked.metric("ithaca_handling_seconds_count") == 5
            eventually(
                lambda: 'ithaca_lag_messages{partition="0",topic="attendees.v1"} 0.0' in asked.get("/metrics").text
            )
            assert asked.metric("ithaca_loop_turn_seconds_count") > 0
            assert asked.get("/elsewhere").status_code == 404


def test_a_worker_without_a_broker_is_alive_and_not_ready(bench: Bench, tmp_path: Path) -> None:
    asked = Asked()
    nowhere = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}"}
    with process("worker", bench.settings, tmp_path, asked.environment | nowhere) as worker:
        worker.wait_for("worker_waits_for_kafka")
        assert asked.get("/health/live").status_code == 200
        answer = asked.get("/health/ready")
        assert (answer.status_code, answer.json()["parts"]) == (503, {"database": "ready", "group": "not ready"})


def test_a_relay_is_ready_with_its_database_and_counts_what_it_sends(bench: Bench, tmp_path: Path) -> None:
    asked = Asked()
    with process("relay", bench.settings, tmp_path, asked.environment) as relay:
        eventually(lambda: asked.answers(relay))
        eventually(lambda: asked.get("/health/ready").json() == {"status": "ready", "parts": {"database": "ready"}})
        bench.publish("attendee.published.v1", "key", None, attendee("H-1"))
        eventually(lambda: asked.metric("ithaca_outbox_sent_total") == 1)


def test_a_port_that_is_taken_ends_the_process_with_a_line(bench: Bench, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with process("worker", bench.settings, tmp_path, {"ITHACA_HEALTH_PORT": str(port)}) as worker:
            assert worker.popen.wait(60) == 1
            assert f"Cannot listen on 127.0.0.1:{port} (ITHACA_HEALTH_PORT): " in worker.printed()


def test_without_a_port_nothing_listens(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.service.Endpoint", None)
    assert bench.settings.health_port is None
    with attended(bench.foundation, {}):
        pass


def test_a_process_of_all_roles_has_an_address_for_its_worker_and_the_next_for_its_relay(
    bench: Bench, tmp_path: Path
) -> None:
    """And ends all three when it is asked to."""
    web, worker, relay = Asked(), Asked(), Asked()
    while relay.port != worker.port + 1 or not is_free("127.0.0.1", relay.port):
        worker = Asked()
        relay.port = worker.port + 1
    own = {"ITHACA_PORT": str(web.port), "ITHACA_DATA": str(tmp_path)}
    with process("all", bench.settings, tmp_path, worker.environment | own, module="cli.main run events --role") as ran:
        for asked in (web, worker, relay):
            eventually(lambda asked=asked: asked.answers(ran))
        assert worker.get("/health/ready").json()["parts"].keys() == {"database", "group"}
        assert relay.get("/health/ready").json()["parts"].keys() == {"database"}
        ran.popen.send_signal(signal.SIGTERM)
        assert ran.popen.wait(60) == 0, ran.printed()
        assert [asked.answers_at_all() for asked in (web, worker, relay)] == [False] * 3
