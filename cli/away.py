"""What a command says, in one line, where the broker or the database does not do what it asks."""

from typing import NoReturn

from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from pymongo.errors import ConnectionFailure, PyMongoError

from cli.ending import end
from shared.settings import Settings

_LONGEST = 200


def database_failed(error: PyMongoError) -> NoReturn:
    """Ends the command with status 1."""
    what = "does not answer" if isinstance(error, ConnectionFailure) else "refuses"
    end(f"the database {what}: {_gist(error)} (MONGODB_URI)")


def broker_failed(error: KafkaError, settings: Settings) -> NoReturn:
    """Ends the command with status 1."""
    servers = ",".join(settings.kafka.bootstrap_servers)
    if isinstance(error, KafkaConnectionError | KafkaTimeoutError):
        end(f"the broker at {servers} does not answer {settings.kafka.security_protocol} (KAFKA_BOOTSTRAP_SERVERS)")
    end(f"the broker at {servers} refuses: {error} (KAFKA_BOOTSTRAP_SERVERS)")


def _gist(error: PyMongoError) -> str:
    """The driver's text without what it adds about its timeouts and all that it knows of the servers."""
    text = str(error)
    for addition in (" (configured timeouts", ", Timeout:", ", full error:"):
        text = text.partition(addition)[0]
    return text[:_LONGEST]
