"""Every service's door: who gets in, and what everybody may see."""

import pytest

from cli.embedded.issuer import ensure_issuer
from cli.token import signed
from shared.ids import new_id
from shared.settings import SERVICES
from tests.e2e.running import Running

_LISTS = {
    "profiles": ("/v1/members", "coordinator"),
    "matching": ("/v1/programs", "coordinator"),
    "events": ("/v1/events", "organizer"),
    "notifications": ("/v1/inbox", "member"),
}
_PROBLEM = "application/problem+json"

each_service = pytest.mark.parametrize("service", SERVICES)


def kind(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0]


@each_service
@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"])
def test_what_is_for_everybody_needs_no_token(platform: Running, service: str, path: str) -> None:
    assert platform.call("GET", service, path).status_code == 200


@each_service
def test_the_right_token_gets_in_and_a_new_tenant_has_nothing(platform: Running, service: str) -> None:
    path, role = _LISTS[service]
    answer = platform.call("GET", service, path, token=platform.token("nobody-here", new_id(), role))
    counted = {"unread": 0} if service == "notifications" else {}
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None, **counted})


@each_service
def test_no_token_is_unauthorized(platform: Running, service: str) -> None:
    answer = platform.call("GET", service, _LISTS[service][0])
    assert (answer.status_code, kind(answer.headers.get("Content-Type"))) == (401, _PROBLEM)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@each_service
def test_a_token_of_another_issuer_s_key_is_unauthorized(
    platform: Running, service: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, role = _LISTS[service]
    stranger = ensure_issuer(tmp_path_factory.mktemp("stranger"))
    token = signed(stranger, tenant="acme", subject=new_id(), roles=(role,), seconds=60)
    answer = platform.call("GET", service, path, token=token)
    assert (answer.status_code, kind(answer.headers.get("Content-Type"))) == (401, _PROBLEM)


@each_service
def test_an_expired_token_is_unauthorized(platform: Running, service: str) -> None:
    path, role = _LISTS[service]
    issuer = ensure_issuer(platform.data / "issuer")
    token = signed(issuer, tenant="acme", subject=new_id(), roles=(role,), seconds=-3600)
    assert platform.call("GET", service, path, token=token).status_code == 401


@each_service
def test_another_role_is_forbidden(platform: Running, service: str) -> None:
    token = platform.token("acme", new_id(), "operator")
    answer = platform.call("GET", service, _LISTS[service][0], token=token)
    assert (answer.status_code, kind(answer.headers.get("Content-Type"))) == (403, _PROBLEM)


@each_service
def test_an_unknown_path_is_a_problem(platform: Running, service: str) -> None:
    answer = platform.call("GET", service, "/v1/nothing", token=platform.token("acme", new_id(), "member"))
    assert (answer.status_code, kind(answer.headers.get("Content-Type"))) == (404, _PROBLEM)
