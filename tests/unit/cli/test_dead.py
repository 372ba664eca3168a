"""`ithaca dead` where nothing runs."""

from functools import partial

import pytest
from click.testing import CliRunner

from cli.dead import command
from shared import storage
from shared.storage import connect


def test_without_a_database_it_says_so_in_one_line_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "connect", partial(connect, wait_seconds=0.2))
    nobody = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "MONGODB_URI": "mongodb://127.0.0.1:1/?replicaSet=rs0"}
    result = CliRunner().invoke(command, ["list", "--service", "profiles"], env=nobody)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("ithaca: the database does not answer: 127.0.0.1:1: ")
    assert line.endswith("refused (MONGODB_URI)")
