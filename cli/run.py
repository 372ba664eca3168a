"""`ithaca run SERVICE --role ROLE`: one process of one service."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

import click

from cli import environment
from shared.service import Foundation, Service, attended, relay, until_signalled
from shared.settings import SERVICES
from shared.telemetry import logs, traces
from shared.web.server import serve

ROLES = ("web", "worker", "relay")
_GRACE_SECONDS = 30


@click.command("run")
@click.argument("service", type=click.Choice(SERVICES), metavar="SERVICE")
@click.option("--role", type=click.Choice([*ROLES, "all"]), required=True, help="What this process does.")
def command(service: str, role: str) -> None:
    """Runs one role of SERVICE until SIGTERM or Ctrl-C; `all` runs the three as children and ends them together."""
    settings = environment.settings()
    if role == "all":
        sys.exit(_run_all(service, settings.health_port))
    logs.configure(settings.log_format, service=service, role=role)
    traces.configure(settings.otlp_endpoint, service=service, role=role)
    ground = environment.ground(settings, service)
    try:
        if role == "relay":
            environment.require(service)
            _relay(ground, service)
        else:
            _run(environment.build(service, ground), role)
    finally:
        ground.close()
        traces.close()


def _relay(ground: Foundation, service: str) -> None:
    sending = relay(ground, service)
    with attended(ground, {}):
        until_signalled(sending.run, sending.stop)


def _run(service: Service, role: str) -> None:
    if role == "web":
        settings = service.foundation.settings
        serve(service.web_app(), settings.host, settings.port)
    else:
        worker = service.worker()
        with attended(service.foundation, worker.parts()):
            until_signalled(worker.run, worker.stop)


def _environment(role: str, health_port: int | None) -> dict[str, str]:
    """Worker and relay share an address here: the relay's port for its health is the next one."""
    own = {"ITHACA_HEALTH_PORT": str(health_port + 1)} if role == "relay" and health_port else {}
    return {**os.environ, **own}


def _run_all(service: str, health: int | None) -> int:
    """One child for each role; the first to end, or a signal, ends the others. Returns the first one's status."""
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "cli.main", "run", service, "--role", role], env=_environment(role, health)
        )
        for role in ROLES
    ]
    stopping = False

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            child.send_signal(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while all(child.poll() is None for child in children) and not stopping:
        time.sleep(0.2)
    ended = next((child.returncode for child in children if child.returncode is not None), 0)
    deadline = time.monotonic() + _GRACE_SECONDS
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    return 0 if stopping else abs(ended) or 1
