"""The AsyncAPI document is valid by the specification's own schema, and says what the registry says."""

import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from shared.contracts import registry
from shared.contracts.asyncapi import document

SPECIFICATION_PACKAGE = "@asyncapi/specs@6.11.1"
SPECIFICATION_FILE = "package/schemas/3.0.0-without-$id.json"
SPECIFICATION_SHA256 = "abe96881dbfaad495ccbb6bd8d3fb43ca18a13b9d7564849ccb66f39d5e5b20f"


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The specification's own schema, pinned, from the package its authors publish."""
    folder = tmp_path_factory.mktemp("specification")
    if (npm := shutil.which("npm")) is None:
        pytest.skip(f"npm is not installed: it fetches {SPECIFICATION_PACKAGE}")
    packed = subprocess.run(
        [npm, "pack", "--silent", SPECIFICATION_PACKAGE], check=False, cwd=folder, capture_output=True, timeout=120
    )
    if packed.returncode:
        pytest.skip(f"npm cannot fetch {SPECIFICATION_PACKAGE}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile(SPECIFICATION_FILE)
        assert member is not None
        content = member.read()
    assert hashlib.sha256(content).hexdigest() == SPECIFICATION_SHA256
    schema: dict[str, Any] = json.loads(content)
    return schema


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    return document()


def test_it_is_valid_by_the_schema_of_the_specification(
    asyncapi: dict[str, Any], specification: dict[str, Any]
) -> None:
    validator = jsonschema_rs.validator_for(specification, offline=True)
    assert [f"{list(error.instance_path)}: {error.message}" for error in validator.iter_errors(asyncapi)] == []


def test_the_schema_of_the_specification_notices_a_mistake(
    asyncapi: dict[str, Any], specification: dict[str, Any]
) -> None:
    without_version = {key: value for key, value in asyncapi.items() if key != "info"}
    assert not jsonschema_rs.validator_for(specification, offline=True).is_valid(without_version)


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def resolve(root: Any, reference: str) -> Any:
    assert reference.startswith("#/"), reference
    for step in reference[2:].split("/"):
        root = root[step.replace("~1", "/").replace("~0", "~")]
    return root


def test_every_reference_leads_somewhere(asyncapi: dict[str, Any]) -> None:
    found = set(references(asyncapi))
    assert len(found) > 100
    for reference in found:
        assert isinstance(resolve(asyncapi, reference), dict), reference


def test_every_topic_is_a_channel_with_its_types(asyncapi: dict[str, Any]) -> None:
    for topic in registry.all_topics():
        channel = asyncapi["channels"][topic.name]
        assert channel["address"] == f"ithaca.{topic.name}"
        assert channel["bindings"]["kafka"]["partitions"] == topic.partitions
        of_topic = {kind.name for kind in registry.all_types() if kind.topic == topic}
        assert set(channel["messages"]) == (of_topic or {"dead-letter"})


def test_systems_outside_learn_where_to_publish(asyncapi: dict[str, Any]) -> None:
    receiving = [each for each in asyncapi["operations"].values() if each["action"] == "receive"]
    assert [each["channel"]["$ref"] for each in receiving] == ["#/channels/attendees.v1"]


def test_its_examples_are_valid_by_its_own_schemas(asyncapi: dict[str, Any]) -> None:
    checked = 0
    for name, message in asyncapi["components"]["messages"].items():
        for part in ("payload", "headers"):
            schema = {**message[part], "components": {"schemas": asyncapi["components"]["schemas"]}}
            validator = jsonschema_rs.Draft7Validator(schema, validate_formats=True, offline=True)
            for example in message.get("examples", ()):
                if part in example:
                    assert validator.is_valid(example[part]), (name, example["name"], part)
                    checked += 1
    assert checked >= len(registry.all_types())


def test_the_prefix_of_the_topics_is_a_setting() -> None:
    assert document("acme.")["channels"]["members.v1"]["address"] == "acme.members.v1"
