"""Old and new side by side, as in a rolling upgrade and on a log that outlives versions: either reads the other."""

import jsonschema_rs
import pytest

from shared.contracts import registry
from shared.contracts.example import examples_of
from tests.contract.releases import Released, released, versions

TYPES = [(version, each) for version in versions() for each in released(version)]
each_type = pytest.mark.parametrize(
    ("version", "was"), TYPES, ids=[f"{version}-{each.type.removeprefix('org.ithaca.')}" for version, each in TYPES]
)


@each_type
def test_what_a_released_version_wrote_is_read_now(version: str, was: Released) -> None:
    now = registry.get(was.type)
    assert was.examples, f"nothing is kept of what {version} wrote"
    assert [fault for data in was.examples for fault in now.faults(data)] == []


@each_type
def test_what_is_written_now_was_read_by_a_released_version(version: str, was: Released) -> None:
    reader = jsonschema_rs.validator_for(dict(was.schema))
    unread = [each.data for each in examples_of(registry.get(was.type)) if not reader.is_valid(each.data)]
    assert unread == [], f"{version} takes for faulty what is written now"
