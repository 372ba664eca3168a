"""`ithaca contract export` writes what outside systems rely on, on a machine where nothing runs."""

import json
from pathlib import Path

import jsonschema_rs
import openapi_spec_validator
import pytest
from click.testing import CliRunner

from cli.main import main
from shared.contracts import registry
from shared.contracts.example import examples_of
from shared.settings import SERVICES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("contract") / "new" / "folder"
    nothing_runs = {
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "MONGODB_URI": "mongodb://127.0.0.1:1/",
        "ITHACA_TOPIC_PREFIX": "acme.",
    }
    result = CliRunner().invoke(main, ["contract", "export", str(target)], env=nothing_runs, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return target


def test_it_writes_one_document_for_each_service_topic_map_and_type(folder: Path) -> None:
    written = {str(file.relative_to(folder)) for file in folder.rglob("*.json")}
    assert written == {
        "asyncapi.json",
        *(f"openapi-{service}.json" for service in SERVICES),
        *(f"schemas/{kind.name}.json" for kind in registry.all_types()),
    }


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = CliRunner().invoke(main, ["contract", "export", str(tmp_path / "file" / "out")], catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"ithaca: {tmp_path / 'file' / 'out' / 'schemas'} cannot be written: Not a directory\n"


@pytest.mark.parametrize("service", SERVICES)
def test_the_openapi_document_is_valid_and_not_empty(folder: Path, service: str) -> None:
    document = json.loads((folder / f"openapi-{service}.json").read_text("utf-8"))
    openapi_spec_validator.validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["paths"]


def test_the_asyncapi_document_has_the_prefix_of_the_settings(folder: Path) -> None:
    document = json.loads((folder / "asyncapi.json").read_text("utf-8"))
    assert document["channels"]["attendees.v1"]["address"] == "acme.attendees.v1"


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.short_name)
def test_an_exported_schema_stands_alone_and_takes_the_examples(folder: Path, kind: registry.MessageType) -> None:
    schema = json.loads((folder / "schemas" / f"{kind.name}.json").read_text("utf-8"))
    assert schema["$id"] == kind.schema_id
    assert schema["title"] == kind.name
    assert schema["description"]
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, offline=True)
    assert [example.name for example in examples_of(kind) if not validator.is_valid(example.data)] == []
