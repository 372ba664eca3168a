"""Every read by staff who are nobody in the service: one that shows personal data leaves a row, no other does."""

import pytest

from shared.ids import new_id
from shared.settings import SERVICES
from shared.web import WebApp
from shared.web.access import ROLES
from tests.integration.http.conftest import Surface
from tests.integration.http.operations import Operation, operations
from tests.integration.http.population import Population, populate
from tests.unit.web.issuing import Issuer

SHOWS_MEMBERS = {
    "profiles GET /v1/members",
    "profiles GET /v1/members/{identifier}",
    "matching GET /v1/programs/{program_id}/recommendations",
    "matching GET /v1/programs/{program_id}/feedback/comments",
    "matching GET /v1/reports",
    "matching GET /v1/reports/{report_id}",
    "matching GET /v1/measures",
    "matching GET /v1/measures/{measure_id}",
    "events GET /v1/events/{event_id}/registrations",
    "events GET /v1/registrations/{registration_id}",
    "events GET /v1/events/{event_id}/meetings",
    "events GET /v1/meetings/{meeting_id}",
    "events GET /v1/events/{event_id}/rounds/{series_id}/plan",
    "events GET /v1/events/{event_id}/schedule/meetings",
    "events GET /v1/events/{event_id}/topics",
    "events GET /v1/topics/{topic_id}",
    "events GET /v1/events/{event_id}/corner",
    *(f"{service} GET /v1/members/{{identifier}}/export-share" for service in SERVICES),
}
"""Archives, which take a worker, have their own test in `test_exports`."""

QUERIES = {"matching GET /v1/programs/{program_id}/recommendations": "?member_id={identifier}"}

READS = [operation for operation in operations() if operation.method == "GET"]


@pytest.fixture(scope="module")
def people(apps: tuple[Issuer, dict[str, WebApp]]) -> tuple[Surface, Population]:
    surface = Surface(*apps)
    return surface, populate(surface)


@pytest.mark.parametrize("operation", READS, ids=str)
def test_a_read_by_staff_leaves_a_row_where_it_shows_members_and_nowhere_else(
    people: tuple[Surface, Population], operation: Operation
) -> None:
    surface, population = people
    path = (operation.path + QUERIES.get(str(operation), "")).format_map(_Ids(population.ids))
    audit = surface.database(operation.service)["audit"]
    before = audit.count_documents({"tenant": surface.tenant})
    headers = surface.issuer.headers(*ROLES, sub=new_id(), tenant=surface.tenant)
    answer = surface.call(operation.service, "GET", path, headers=headers)
    answer.get_data()
    rows = list(audit.find({"tenant": surface.tenant}).sort("_id", 1))[before:]
    if str(operation) not in SHOWS_MEMBERS:
        assert rows == []
        return
    assert answer.status_code == 200, answer.get_data()
    [row] = rows
    assert population.caller in row["members"]


def test_the_table_names_reads_that_there_are() -> None:
    assert {str(operation) for operation in READS} >= SHOWS_MEMBERS


class _Ids(dict[str, str]):
    """One that nobody has for whatever is not there."""

    def __missing__(self, name: str) -> str:
        return new_id()
