"""People who speak to the services, each with a token of the local development issuer."""

from dataclasses import dataclass

from cli.demo.http import Json, ask
from cli.embedded.issuer import Issuer
from cli.embedded.platform import Platform
from cli.token import signed

_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Person:
    """`id` is the member id, or for staff the subject of the token."""

    name: str
    id: str
    platform: Platform
    token: str

    def get(self, service: str, path: str) -> Json:
        """Reads. Raises NotSeen where the answer is no success, as all below."""
        return self._ask("GET", service, path)

    def post(self, service: str, path: str, body: Json | None = None) -> Json:
        return self._ask("POST", service, path, body)

    def put(self, service: str, path: str, body: Json) -> Json:
        return self._ask("PUT", service, path, body)

    def patch(self, service: str, path: str, body: Json) -> Json:
        return self._ask("PATCH", service, path, body)

    def _ask(self, method: str, service: str, path: str, body: Json | None = None) -> Json:
        return ask(method, f"{self.platform.service(service)}{path}", token=self.token, body=body)


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Gives people of one tenant their tokens."""

    platform: Platform
    issuer: Issuer
    tenant: str

    def admit(self, name: str, identifier: str, *roles: str) -> Person:
        """Somebody with these roles."""
        token = signed(self.issuer, tenant=self.tenant, subject=identifier, roles=roles, seconds=_SECONDS)
        return Person(name, identifier, self.platform, token)

    def admit_member(self, name: str, identifier: str) -> Person:
        """A member without any other role."""
        return self.admit(name, identifier, "member")
