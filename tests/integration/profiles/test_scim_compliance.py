"""Somebody else's idea of RFC 7643 and 7644: scim2-tester reads what the service says of itself and tries all of it."""

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from tests.integration.profiles.conftest import ISSUING, Office

DONE = {
    "access_invalid_resource_type",
    "access_invalid_schema",
    "check_add_attribute",
    "check_remove_attribute",
    "check_replace_attribute",
    "object_creation",
    "object_deletion",
    "object_list_with_attributes",
    "object_query",
    "object_query_with_attributes",
    "object_query_without_id",
    "object_replacement",
    "query_all_resource_types",
    "query_all_schemas",
    "random_url",
    "search_with_attributes",
    "service_provider_config_endpoint",
}
"""Checks that have to be among those made, so that a tester which finds nothing to try does not pass."""


def test_every_check_of_the_compliance_tester_succeeds(office: Office) -> None:
    token = ISSUING.headers("integrator", tenant="acme", sub="identity-provider")
    client = WSGISCIMClient(office.app, base_url="http://localhost/scim/v2", headers=token)
    results = check_server(client)
    faults = [
        f"{each.title}: {each.status.name}: {each.reason}" for each in results if each.status is not Status.SUCCESS
    ]
    assert faults == []
    assert {each.title for each in results} >= DONE
    patched = [each.reason for each in results if each.title == "check_replace_attribute"]
    assert len(patched) >= 14
