"""The trial beside docker-compose.yml: an issuer whose private key services never see, a mailbox, the demo."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from cli.embedded import issuer
from cli.embedded.platform import Platform
from shared.settings import SERVICES
from tests.unit.deploy.places import ROOT

TRIAL = ROOT / "deploy" / "trial"
FILE = yaml.safe_load((TRIAL / "docker-compose.yml").read_text("utf-8"))
BASE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
GIVEN = dict(
    line.split("=", 1) for line in (TRIAL / "trial.env").read_text("utf-8").splitlines() if not line.startswith("#")
)
FOLDER = "/var/lib/ithaca/issuer"


def entry(name: str) -> dict[str, Any]:
    found: dict[str, Any] = FILE["services"][name]
    return found


def test_the_environment_names_both_files() -> None:
    assert [ROOT / name for name in GIVEN["COMPOSE_FILE"].split(":")] == [
        ROOT / "docker-compose.yml",
        TRIAL / "docker-compose.yml",
    ]


def test_the_commands_find_the_platform_by_its_entries_and_their_ports(tmp_path: Path) -> None:
    (tmp_path / "platform.json").write_bytes((TRIAL / "platform.json").read_bytes())
    platform = Platform.load(tmp_path)

    assert {name: platform.service(name) for name in SERVICES} == {name: f"http://{name}-web:8000" for name in SERVICES}
    environment = BASE["services"]["events-web"]["environment"]
    assert environment["KAFKA_BOOTSTRAP_SERVERS"].endswith(f":-{platform.kafka}}}")
    assert environment["MONGODB_URI"].endswith(f":-{platform.mongodb}}}")
    given = (GIVEN["ITHACA_ISSUER"], GIVEN["ITHACA_JWKS_URL"], GIVEN["SMTP_URL"])
    assert given == (platform.issuer, platform.jwks, platform.smtp)
    assert platform.issuer == issuer.ISSUER
    assert f"--smtp-port {platform.smtp.rpartition(':')[2]}" in entry("mailbox")["command"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_the_public_keys_and_waits_for_them(service: str) -> None:
    assert entry(f"{service}-web") == {
        "volumes": [f"public-keys:{FOLDER}:ro"],
        "depends_on": {"issuer": {"condition": "service_completed_successfully"}},
    }
    assert GIVEN["ITHACA_JWKS_URL"] == f"file://{FOLDER}/jwks.json"


def test_only_the_issuer_and_those_who_sign_see_the_private_key() -> None:
    seeing = {name for name, runs in FILE["services"].items() if f"private-keys:{FOLDER}" in runs.get("volumes", ())}
    assert seeing == {"issuer", "token", "demo"}


def test_the_public_folder_gets_the_public_half_alone(tmp_path: Path) -> None:
    done = CliRunner().invoke(issuer.main, ["--folder", str(tmp_path / "own"), "--public", str(tmp_path / "public")])

    assert done.exit_code == 0, done.output
    assert [path.name for path in (tmp_path / "public").iterdir()] == ["jwks.json"]
    (key,) = json.loads((tmp_path / "public" / "jwks.json").read_bytes())["keys"]
    assert key["kid"] == issuer.load_issuer(tmp_path / "own").key.kid
    assert "d" not in key


@pytest.mark.parametrize("name", ["token", "demo"])
def test_commands_run_when_asked_for_only(name: str) -> None:
    assert entry(name)["profiles"] == ["trial"]
