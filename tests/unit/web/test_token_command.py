"""`ithaca token`: what it prints, the services take."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.embedded.issuer import ensure_issuer
from cli.token import command
from shared import settings
from shared.web import Authenticator
from tests.unit.web.issuing import MEMBER

REQUIRED = ("--tenant", "acme", "--subject", MEMBER)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    ensure_issuer(tmp_path / "issuer")
    return tmp_path


def run(data: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, arguments, env={"ITHACA_DATA": str(data)})
    return result.exit_code, result.output


def test_the_default_settings_take_the_printed_token(data: Path) -> None:
    code, printed = run(data, *REQUIRED, "--role", "member", "--role", "coordinator", "--ttl", "2d")
    assert code == 0
    authenticator = Authenticator.from_settings(settings.read({"ITHACA_DATA": str(data)}))
    caller = authenticator.authenticate(f"Bearer {printed.strip()}")
    assert (caller.tenant, caller.member_id, caller.roles) == ("acme", MEMBER, {"member", "coordinator"})


@pytest.mark.parametrize("ttl", ["0s", "1", "h", "1w", "-1h", "1.5h", "9999999s", ""])
def test_a_lifetime_of_another_form_is_refused(data: Path, ttl: str) -> None:
    code, printed = run(data, *REQUIRED, "--role", "member", "--ttl", ttl)
    assert code == 2
    assert "such as 30s or 1h" in printed


def test_a_role_that_is_none_is_refused(data: Path) -> None:
    code, printed = run(data, *REQUIRED, "--role", "boss")
    assert code == 2
    assert "'boss' is not one of" in printed


@pytest.mark.parametrize(("option", "value"), [("--tenant", "A B"), ("--tenant", ""), ("--subject", " ")])
def test_a_name_that_no_service_takes_is_refused(data: Path, option: str, value: str) -> None:
    code, printed = run(data, *REQUIRED, "--role", "member", option, value)
    assert code == 2
    assert option in printed


def test_without_an_issuer_it_says_how_to_get_one(tmp_path: Path) -> None:
    code, printed = run(tmp_path, *REQUIRED, "--role", "member")
    assert code == 1
    assert "ithaca up" in printed
