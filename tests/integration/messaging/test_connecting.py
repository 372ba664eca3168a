"""Clients of a broker that is not there."""

import subprocess
import sys

import pytest

# In a process of its own: kafka-python leaves the sockets of refused connections to the garbage collector.
TRYING = """
import contextlib, sys, threading
import kafka
from shared.messaging.connecting import connected

for _ in range(3):
    with contextlib.suppress(kafka.errors.KafkaError):
        connected(getattr(kafka, sys.argv[1]), bootstrap_servers=["127.0.0.1:1"], bootstrap_timeout_ms=100)
        print("connected")
print(threading.active_count())
"""


@pytest.mark.parametrize("kind", ["KafkaConsumer", "KafkaAdminClient"])
def test_a_client_that_meets_no_broker_leaves_no_thread_behind(kind: str) -> None:
    tried = subprocess.run([sys.executable, "-c", TRYING, kind], capture_output=True, text=True, check=True)
    assert tried.stdout == "1\n"
