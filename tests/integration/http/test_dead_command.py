"""`ithaca dead` shows and leaves in the audit what `/ops/dead` does."""

from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from pymongo.database import Database

from cli.dead import command
from tests.backends import Backends
from tests.integration.http.conftest import Surface
from tests.integration.http.test_ops import SECRET, database, letter

__all__ = ["database"]


@pytest.fixture
def environment(backends: Backends, database: Database[dict[str, Any]]) -> dict[str, str]:
    return {
        "KAFKA_BOOTSTRAP_SERVERS": backends.kafka,
        "MONGODB_URI": backends.mongodb,
        "ITHACA_DATABASE_PREFIX": database.name.removesuffix("events"),
    }


def dead(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--service", "events"], env=environment, catch_exceptions=False)


def test_what_anyone_may_have_put_into_a_message_is_shown_only_on_demand(
    surface: Surface, database: Database[dict[str, Any]], environment: dict[str, str]
) -> None:
    identifier = letter(database, surface.tenant)
    plain = orjson.loads(dead(environment, "show", identifier).stdout)
    assert (plain["tenant"], plain["behind"]) == (surface.tenant, 0)
    assert plain["headers"] == {
        "ce_id": "7",
        "ce_tenant": surface.tenant,
        "ce_subject": None,
        "x-from": None,
        "x-none": None,
    }
    revealed = orjson.loads(dead(environment, "show", identifier, "--reveal").stdout)
    assert (revealed["headers"]["x-from"], revealed["value"]) == ("ada@example.org", SECRET.decode())


def test_who_revealed_and_dropped_a_message_stands_in_the_audit(
    surface: Surface, database: Database[dict[str, Any]], environment: dict[str, str]
) -> None:
    identifier = letter(database, surface.tenant)
    for arguments in (("show", identifier), ("show", identifier, "--reveal"), ("drop", identifier)):
        assert dead(environment, *arguments).exit_code == 0
    assert dead(environment, "drop", identifier).exit_code == 1
    rows = list(database["audit"].find({"ids.letter_id": identifier}).sort("_id"))
    assert [(row["operation"], row["outcome"]) for row in rows] == [
        ("dead show", "revealed"),
        ("dead drop", "decided"),
    ]
    assert {(row["tenant"], row["issuer"]) for row in rows} == {(surface.tenant, "command")}
