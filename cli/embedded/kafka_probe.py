"""Whether a broker really answers: it accepts connections a while before it knows its own cluster."""

from collections.abc import Callable

from cli.embedded.child import Child
from cli.embedded.ports import answers


def answers_kafka(bootstrap: str) -> Callable[[Child], bool]:
    """Readiness of a broker, for a part."""
    return lambda _child: lists_topics(bootstrap)


def lists_topics(bootstrap: str) -> bool:
    """Whether the broker answers a metadata request within about a second."""
    host, _, port = bootstrap.rpartition(":")
    if not answers(host, int(port)):
        return False
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    from shared.messaging.connecting import connected

    try:
        client = connected(
            KafkaAdminClient, bootstrap_servers=bootstrap, bootstrap_timeout_ms=1000, request_timeout_ms=1000
        )
    except KafkaError:
        return False
    try:
        client.list_topics()
    except KafkaError:
        return False
    finally:
        client.close()
    return True
