"""Whether the client still keeps up what its place in the group needs.

kafka-python 3.0.12 was seen to be a member that sends no heartbeat: the broker gives its partitions to others, and it
never learns of that, since only an answer to a heartbeat would tell it.
"""

import time

from kafka import KafkaConsumer
from kafka.errors import KafkaError

_SESSIONS = 3


class HeartbeatStopped(KafkaError):  # type: ignore[misc]
    """The client sends no heartbeats and does not know it: only a new one helps."""


def check(consumer: KafkaConsumer, session_seconds: float) -> None:
    """Raises HeartbeatStopped where none was sent for three sessions, and none is held back because it joins anew.

    A broker that hangs looks the same after a while; then a new client waits for it as well as the old one.
    """
    coordinator = consumer._coordinator
    if coordinator.coordinator_id is None or coordinator.need_rejoin():
        return
    beat = coordinator.heartbeat
    silent = time.monotonic() - max(beat.last_send, beat.last_reset)
    if silent > _SESSIONS * session_seconds:
        raise HeartbeatStopped(f"No heartbeat for {silent:.0f} s.")
