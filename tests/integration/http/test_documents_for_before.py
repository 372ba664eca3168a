"""What this version writes, read by the version before, whose processes run beside it in a rolling upgrade."""

import jsonschema_rs
import orjson
import pytest

from tests.contract.released_documents import kept
from tests.contract.releases import released, versions
from tests.integration.http.conftest import Neighbors
from tests.integration.http.operations import BUILDS

NOT_READ = {
    # Two workers of notifications side by side: that of 0.1.0 cannot send what one of this version gathered, and
    # lets go of it; this version's send it with the next look.
    ("notifications", "deliveries"): {': "notification_id" is a required property'},
}
"""What 0.1.0 does not find, and why that loses nothing."""


@pytest.mark.parametrize("version", versions())
@pytest.mark.parametrize("service", BUILDS)
def test_what_is_written_by_a_request_was_read_by_a_released_version(
    neighbors: Neighbors, version: str, service: str
) -> None:
    database = neighbors.here.surface.database(service)
    unread = {
        each.collection: lacking
        for each in kept(version)
        if each.service == service
        and (
            lacking := each.unread(database[each.collection].find()).keys()
            - NOT_READ.get((service, each.collection), set())
        )
    }
    assert unread == {}


@pytest.mark.parametrize("version", versions())
def test_what_is_told_of_a_request_was_read_by_a_released_version(neighbors: Neighbors, version: str) -> None:
    readers = {each.type: jsonschema_rs.validator_for(dict(each.schema)) for each in released(version)}
    told: set[str] = set()
    for service in BUILDS:
        for row in neighbors.here.surface.database(service)["outbox"].find({"value": {"$type": "binData"}}):
            type_name = dict(row["headers"]).get("ce_type", b"").decode()  # a record that was put aside need have none
            if type_name in readers:
                told.add(type_name)
                readers[type_name].validate(orjson.loads(row["value"]))
    assert len(told) > 20
