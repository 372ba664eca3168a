"""docker-compose.yml against the settings, the roles and the tests' own containers."""

import re
from typing import Any

import pytest
import yaml

from cli import run
from shared.settings import SERVICES
from tests.backends import kafka_image, mongodb_image
from tests.unit.deploy.places import ROOT

FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
ROLES = ("web", "worker", "relay")
DONE = {"condition": "service_completed_successfully"}

# Decided by the image, or about the one machine that `ithaca up` runs on; a static member's name is one worker's own,
# and a clock is steered by tests alone.
ELSEWHERE = {"ITHACA_HOST", "ITHACA_PORT", "ITHACA_DATA", "ITHACA_INSTANCE", "ITHACA_TEST_CLOCK"}
# Paths of files, which an override mounts.
FILES = {"KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE", "KAFKA_SSL_KEYFILE"}


def entry(name: str) -> dict[str, Any]:
    found: dict[str, Any] = FILE["services"][name]
    return found


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_an_entry_that_waits_for_topics_and_its_own_migration(service: str, role: str) -> None:
    runs = entry(f"{service}-{role}")
    assert runs["command"] == [role]
    assert f"}}{service}:" in runs["image"]
    assert runs["depends_on"] == {"topics": DONE, f"{service}-migrate": DONE}
    assert "container_name" not in runs  # a fixed name cannot be scaled
    assert ("ports" in runs) == (role == "web")  # nor can a published port, unless a range is given for it


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_started_again_and_has_time_to_finish(service: str, role: str) -> None:
    runs = entry(f"{service}-{role}")
    assert runs["restart"] == "unless-stopped"
    assert runs["init"] is True
    assert int(runs["stop_grace_period"].removesuffix("s")) > run._GRACE_SECONDS


@pytest.mark.parametrize("name", [f"{service}-{role}" for service in SERVICES for role in (*ROLES, "migrate")])
def test_our_processes_may_write_nowhere_and_gain_no_rights(name: str) -> None:
    runs = entry(name)
    assert runs["read_only"] is True
    assert runs["cap_drop"] == ["ALL"]
    assert runs["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize(
    ("name", "port", "folder"), [("kafka", 9092, "/var/lib/kafka/data"), ("mongodb", 27017, "/data/db")]
)
def test_broker_and_database_tell_their_health_and_keep_what_they_hold(name: str, port: int, folder: str) -> None:
    assert f"/dev/tcp/127.0.0.1/{port}" in entry(name)["healthcheck"]["test"][-1]
    assert entry(name)["volumes"] == [f"{name}:{folder}"]


def test_indexes_are_made_once_the_database_is_a_replica_set() -> None:
    assert entry("replica-set")["depends_on"] == {"mongodb": {"condition": "service_healthy"}}
    assert all(entry(f"{service}-migrate")["depends_on"] == {"replica-set": DONE} for service in SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_migrates_by_its_own_image(service: str) -> None:
    assert entry(f"{service}-migrate")["entrypoint"] == ["ithaca", "migrate"]
    assert entry(f"{service}-migrate")["image"] == entry(f"{service}-web")["image"]


def test_the_settings_given_are_the_documented_ones() -> None:
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "docs" / "settings.md").read_text("utf-8"), flags=re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert set(entry("events-web")["environment"]) == documented - ELSEWHERE - FILES


@pytest.mark.parametrize("name", ["ITHACA_SECRET_KEY", "SMTP_URL", "KAFKA_SASL_PASSWORD"])
def test_what_may_hold_a_secret_is_passed_on_and_has_no_value_here(name: str) -> None:
    assert entry("events-web")["environment"][name] is None


@pytest.mark.parametrize("name", ["ITHACA_ISSUER", "ITHACA_JWKS_URL"])
def test_nothing_starts_without_an_issuer_of_tokens(name: str) -> None:
    assert entry("events-web")["environment"][name].startswith(f"${{{name}:?")


def test_broker_and_database_are_those_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ITHACA_TEST_KAFKA_IMAGE", raising=False)
    monkeypatch.delenv("ITHACA_TEST_MONGODB_IMAGE", raising=False)
    assert entry("kafka")["image"] == f"${{KAFKA_IMAGE:-{kafka_image()}}}"
    assert entry("mongodb")["image"] == f"${{MONGODB_IMAGE:-{mongodb_image()}}}"
