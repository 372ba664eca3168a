"""What commands say where broker or database do not do what they ask."""

import pytest
from kafka.errors import KafkaTimeoutError, TopicAuthorizationFailedError
from pymongo.errors import OperationFailure

from cli.away import broker_failed, database_failed
from shared import settings


def test_a_broker_that_is_away_is_told_from_one_that_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    named = settings.read({"KAFKA_BOOTSTRAP_SERVERS": "broker.example.org:9092"})
    for error in (KafkaTimeoutError("Unable to bootstrap"), TopicAuthorizationFailedError()):
        with pytest.raises(SystemExit) as end:
            broker_failed(error, named)
        assert end.value.code == 1
    away, refusing = capsys.readouterr().err.splitlines()
    assert away.startswith(
        "ithaca: the broker at broker.example.org:9092 does not answer PLAINTEXT (KAFKA_BOOTSTRAP_SERVERS)"
    )
    assert refusing.startswith("ithaca: the broker at broker.example.org:9092 refuses: ")


def test_a_database_that_refuses_is_quoted_without_its_details(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        database_failed(OperationFailure("Authentication failed., full error: {'ok': 0.0}", 18))
    assert end.value.code == 1
    assert capsys.readouterr().err == "ithaca: the database refuses: Authentication failed. (MONGODB_URI)\n"
