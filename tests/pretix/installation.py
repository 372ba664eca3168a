"""A pretix of its own on this machine: migrated in its folder, and answering on loopback until the tests end."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.e2e.running import eventually
from tests.ports import free_port

_START = 120.0
"""Seconds from its start to its first answer."""


@contextmanager
def installation(python: Path, folder: Path) -> Iterator[str]:
    """The address of a running pretix whose data are in the folder; `python` is that of pretix's own environment.

    The first start in a folder migrates an empty database, which takes minutes. There is no broker for Celery: what
    pretix does in the background, webhooks among it, it then does at the end of the request that caused it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{(port := free_port())}"
    environment = _environment(folder, url)
    log = folder / "pretix.log"
    with log.open("ab") as output:
        subprocess.run(
            (python, "-m", "pretix", "migrate"), stdout=output, stderr=subprocess.STDOUT, env=environment, check=True
        )
        command = (python, "-m", "gunicorn", "pretix.wsgi", "--no-control-socket", "--threads", "4")
        process = subprocess.Popen(
            (*command, "--bind", f"127.0.0.1:{port}"), stdout=output, stderr=subprocess.STDOUT, env=environment
        )
    try:
        eventually(lambda: process.poll() is not None or _answers(url), within=_START)
        assert process.poll() is None, log.read_text()[-4000:]
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        finally:
            process.kill()
            process.wait()


def _environment(folder: Path, url: str) -> Mapping[str, str]:
    """Settings of `[pretix]` in pretix.cfg, as variables; a configuration of this machine's is not read."""
    settings = {
        "datadir": str(folder),
        "url": url,
        "allow_http_to_private_networks": "true",  # its webhooks go to the platform on loopback
        "ecb_rates": "false",
    }
    return {
        **os.environ,
        **{f"PRETIX_PRETIX_{name.upper()}": value for name, value in settings.items()},
        "PRETIX_CONFIG_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def _answers(url: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(f"{url}/control/login", timeout=30).status_code == 200
        except requests.ConnectionError:
            return False
