"""An identity provider, as it calls."""

from typing import Any

import orjson

from services.profiles.domain.member import Member
from tests.integration.profiles.conftest import ISSUING, Office

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ITHACA = "urn:ietf:params:scim:schemas:extension:ithaca:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Reply:
    """An answer; `json` is None where there is no body."""

    def __init__(self, response: Any) -> None:
        self.status_code: int = response.status_code
        self.headers = response.headers
        self.content_type: str | None = response.content_type
        self.json: Any = orjson.loads(response.get_data()) if response.get_data() else None

    @property
    def fault(self) -> tuple[int, str | None]:
        """Status and `scimType` of a SCIM error."""
        assert self.content_type == "application/scim+json", self.json
        assert self.json["schemas"] == [ERROR]
        assert self.json["status"] == str(self.status_code)
        assert self.json["detail"]
        return self.status_code, self.json.get("scimType")


class Provider:
    """The identity provider of a tenant."""

    def __init__(self, office: Office, tenant: str = "acme", *roles: str) -> None:
        self._office = office
        self._tenant = tenant
        self._roles = roles or ("integrator",)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, Any] | str | None = None,
        content_type: str = "application/scim+json",
    ) -> Reply:
        token = ISSUING.headers(*self._roles, tenant=self._tenant, sub="identity-provider")
        options: dict[str, Any] = {}
        if body is not None:
            options["data"] = body if isinstance(body, bytes) else orjson.dumps(body)
            options["content_type"] = content_type
        client = self._office.app.test_client()
        return Reply(
            client.open(
                f"/scim/v2{path}", method=method, headers=token | (headers or {}), query_string=query, **options
            )
        )

    def create(self, user_name: str = "ada", **more: Any) -> Any:
        reply = self.call("POST", "/Users", {"schemas": [CORE], "userName": user_name, **more})
        assert reply.status_code == 201, reply.json
        return reply.json

    def patch(self, user_id: str, *operations: dict[str, Any]) -> Any:
        reply = self.try_patch(user_id, *operations)
        assert reply.status_code == 200, reply.json
        return reply.json

    def try_patch(self, user_id: str, *operations: dict[str, Any]) -> Reply:
        return self.call("PATCH", f"/Users/{user_id}", {"schemas": [PATCH], "Operations": list(operations)})

    def get(self, user_id: str) -> Any:
        reply = self.call("GET", f"/Users/{user_id}")
        assert reply.status_code == 200, reply.json
        return reply.json

    def names(self, wanted: str) -> list[str]:
        """The user names that a filter finds."""
        reply = self.call("GET", "/Users", query={"filter": wanted})
        assert reply.status_code == 200, reply.json
        assert reply.json["totalResults"] == len(reply.json["Resources"])
        return sorted(each["userName"] for each in reply.json["Resources"])


def member(office: Office, user_id: str, tenant: str = "acme") -> Member:
    """The member that a user is."""
    return office.store.members.get(tenant, user_id)
