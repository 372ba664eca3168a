"""An identity provider on the running platform: whom it brings may take part, and whom it takes away may not."""

import uuid

import requests

from shared.ids import new_id
from tests.e2e.running import Running, eventually


def test_who_is_brought_over_scim_enrolls_until_they_are_taken_away(platform: Running) -> None:
    tenant = f"e2e-{uuid.uuid4().hex[:10]}"

    def call(role: str, method: str, service: str, path: str, body: object = None) -> requests.Response:
        token = platform.token(tenant, new_id(), role)
        return platform.call(method, service, path, token=token, body=body)

    made = call("integrator", "POST", "profiles", "/scim/v2/Users", {"userName": "ada", "name": {"givenName": "Ada"}})
    assert (made.status_code, made.headers["Content-Type"]) == (201, "application/scim+json")
    user = made.json()

    def enrolled(name: str) -> requests.Response:
        body = {"name": name, "kind": "cohort", "format": "one_to_one"}
        program = call("coordinator", "POST", "matching", "/v1/programs", body).json()["id"]
        call("coordinator", "POST", "matching", f"/v1/programs/{program}/open")
        enrollment = {"member_id": user["id"], "role": "mentee"}
        return call("coordinator", "POST", "matching", f"/v1/programs/{program}/enrollments", enrollment)

    eventually(lambda: enrolled("Spring").status_code == 201)
    gone = call("integrator", "DELETE", "profiles", user["meta"]["location"])
    assert gone.status_code == 204
    refused = eventually(lambda: answer.text if (answer := enrolled("Autumn")).status_code == 409 else None)
    assert "membership" in refused
    back = call("integrator", "POST", "profiles", "/scim/v2/Users", {"userName": "ADA"})
    assert back.json()["id"] == user["id"]
    eventually(lambda: enrolled("Winter").status_code == 201)
