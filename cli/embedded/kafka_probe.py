"""Whether a broker really answers: it accepts connections a while before it knows its own cluster."""

from collections.abc import Callable, Mapping

from cli.embedded.child import Child
from cli.embedded.ports import answers


def answers_kafka(bootstrap: str) -> Callable[[Child], bool]:
    """Readiness of a broker, for a part."""
    return lambda _child: lists_topics(bootstrap)


def lists_topics(bootstrap: str) -> bool:
    """Whether the broker answers a metadata request within about a second."""
    host, _, port = bootstrap.rpartition(":")
    return answers(host, int(port)) and lists_topics_as({"bootstrap_servers": bootstrap}, patience_ms=1000)


def lists_topics_as(options: Mapping[str, object], *, patience_ms: int) -> bool:
    """Whether a broker answers a client with these options of kafka-python in that time."""
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    from shared.messaging.connecting import connected

    try:
        client = connected(
            KafkaAdminClient, **options, bootstrap_timeout_ms=patience_ms, request_timeout_ms=patience_ms
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
