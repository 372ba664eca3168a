"""Making a Kafka client where perhaps no broker answers."""

from typing import Any

from kafka.net.compat import KafkaNetClient

PATIENCE_MS = 5_000
"""How long a client looks for a broker before its maker is told, and may say so and look again."""


def connected(kind: Any, **options: Any) -> Any:
    """A KafkaConsumer, KafkaProducer or KafkaAdminClient (`kind`) that has met a broker.

    Raises kafka.errors.KafkaError where none answers within `PATIENCE_MS`, and then nothing of it is left: by
    itself the class raises out of its constructor with its I/O thread running and its sockets open, which nobody
    can close any more (kafka-python 3.0.12), one each time it is tried.
    """
    made: list[KafkaNetClient] = []

    def client(**settings: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**settings))
        return made[-1]

    try:
        return kind(**{"bootstrap_timeout_ms": PATIENCE_MS, **options, "kafka_client": client})
    except BaseException:
        for each in made:
            each.close()
        raise
