"""What the processes of the services find in their environment."""

from pathlib import Path

import pytest

from cli.embedded.folder import DataFolder
from cli.embedded.plan import Addresses, service_environment, service_parts


def test_services_take_the_ports_that_the_contract_gives_them() -> None:
    assert Addresses("127.0.0.1", 8000).ports() == {
        "profiles": 8001,
        "matching": 8002,
        "events": 8003,
        "notifications": 8004,
        "the mailbox page": 8005,
    }


def test_a_variable_that_the_user_set_wins_over_ours() -> None:
    found = service_environment({"SMTP_URL": "smtp://theirs"}, {"SMTP_URL": "smtp://ours", "A": "1"}, {})

    assert found == {"SMTP_URL": "smtp://theirs", "A": "1"}


def test_a_variable_that_the_user_set_as_a_file_is_not_set_twice() -> None:
    found = service_environment({"ITHACA_SECRET_KEY_FILE": "/run/key"}, {"ITHACA_SECRET_KEY": "ours"}, {})

    assert found == {"ITHACA_SECRET_KEY_FILE": "/run/key"}


def test_what_describes_this_run_is_fixed_whatever_the_user_set() -> None:
    given = {"ITHACA_BROKER": "auto", "ITHACA_DATA_FILE": "/elsewhere"}

    found = service_environment(given, {}, {"ITHACA_BROKER": "kafka", "ITHACA_DATA": "/data"})

    assert found == {"ITHACA_BROKER": "kafka", "ITHACA_DATA": "/data"}


@pytest.mark.parametrize(
    ("given", "matching"),
    [
        ({}, "http://127.0.0.1:8002"),
        ({"ITHACA_MATCHING_PUBLIC_URL": "https://m.example"}, "https://m.example"),
        ({"ITHACA_PUBLIC_URL": "https://gateway.example"}, None),
    ],
)
def test_mails_lead_to_the_service_itself_unless_there_is_a_gateway(
    tmp_path: Path, given: dict[str, str], matching: str | None
) -> None:
    parts = service_parts(DataFolder(tmp_path), Addresses("127.0.0.1", 8000), given)
    [worker] = [part for part in parts if part.name == "notifications-worker"]

    assert worker.command.environment.get("ITHACA_MATCHING_PUBLIC_URL") == matching
