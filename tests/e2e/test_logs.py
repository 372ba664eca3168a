"""No log of a service names a person, whatever was asked of it and whatever went wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cli.demo import ticket_shop
from cli.embedded.issuer import load_issuer
from cli.token import signed
from shared.ids import new_id
from shared.settings import SERVICES
from tests.e2e.conftest import Told
from tests.e2e.gathering import gathering
from tests.e2e.outside import record
from tests.e2e.running import Running, eventually

EMAIL = "zenobia.quartermaine@example.org"
PERSON = {
    "email": EMAIL,
    "given_name": "Zenobia",
    "family_name": "Quartermaine",
    "organization": "Halcyon Observatory",
    "job_title": "Keeper of Eclipses",
}
ORDERS = Path(ticket_shop.__file__).parent / "data" / "orders.json"


def texts(found: Any, *keys: str) -> Iterator[str]:
    """Every text below one of these keys, at any depth."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key in keys and isinstance(value, str) and value:
                yield value
            yield from texts(value, *keys)
    elif isinstance(found, list):
        for value in found:
            yield from texts(value, *keys)


def logs(platform: Running) -> dict[str, str]:
    """What each process of a service has logged so far."""
    return {
        path.name: path.read_text(errors="replace")
        for path in (platform.data / "logs").iterdir()
        if path.name.partition("-")[0] in SERVICES
    }


def test_no_log_names_the_people_of_the_story(platform: Running, told: Told) -> None:
    assert told.command.returncode == 0
    orders = json.loads(ORDERS.read_text("utf-8"))
    people = {*texts(orders, "email", "attendee_email", "attendee_name", "company")}
    assert len(people) > 5
    found = logs(platform)
    assert {name.partition(".")[0] for name in found} >= {
        f"{service}-{role}" for service in SERVICES for role in ("web", "worker", "relay")
    }
    assert [(name, person) for name, text in found.items() for person in people if person in text] == []


def test_no_log_names_a_person_whose_requests_and_messages_go_wrong(platform: Running) -> None:
    event = gathering(platform)
    event.outside.binary(record(event.source_event_id, "LOG-1", person=PERSON))
    event.linked("LOG-1")
    for wrong in (
        record(event.source_event_id, "LOG-2", person=PERSON, status=EMAIL),
        record(event.source_event_id, "LOG-3", person=PERSON | {"email": "Zenobia Quartermaine"}),
        record(event.source_event_id, "LOG-4", person=PERSON, mentoring=[EMAIL]),
        record(event.source_event_id, "LOG-5", person=PERSON, answers={EMAIL: 5}),
    ):
        event.outside.binary(wrong)
    event.outside.raw(f'{{"person": "{EMAIL}"'.encode(), {"ce_id": "1", "ce_subject": EMAIL}, key=EMAIL.encode())

    staff = event.staff("coordinator")
    member = {name: PERSON[name] for name in ("email", "given_name", "family_name", "organization")}
    asked = [
        platform.call("POST", "profiles", "/v1/members", token=staff, body=member),
        platform.call("POST", "profiles", "/v1/members", token=staff, body=member | {EMAIL: "unknown field"}),
        platform.call("POST", "profiles", "/v1/members", token=staff, body=member | {"locale": EMAIL}),
        platform.call(
            "POST", "profiles", "/v1/members", token=staff, content=EMAIL.encode(), content_type="application/json"
        ),
        platform.call("GET", "profiles", f"/v1/members/{EMAIL}", token=staff),
        platform.call("GET", "profiles", f"/v1/members?q={EMAIL}", token=staff),
        *(platform.call("GET", service, f"/v1/{EMAIL}?email={EMAIL}", token=EMAIL) for service in SERVICES),
        platform.call("GET", "notifications", "/v1/inbox", token=platform.token(EMAIL, new_id(), "member")),
        platform.call("GET", "notifications", "/v1/inbox", token=platform.token(event.tenant, EMAIL, "member")),
    ]
    assert [answer.status_code for answer in asked if answer.status_code >= 500] == []
    assert {answer.status_code for answer in asked} >= {401, 404, 422}
    event.outside.binary(record(event.source_event_id, "LOG-6"))
    event.linked("LOG-6")

    dead = '"event": "message_dead"'
    eventually(lambda: sum(text.count(dead) for name, text in logs(platform).items() if "events-worker" in name) >= 5)
    found = logs(platform)
    assert [(name, value) for name, text in found.items() for value in PERSON.values() if value in text] == []


def test_no_log_shows_what_opens_a_door(platform: Running) -> None:
    """Tokens, keys, secrets and addresses that are secrets, where they are used and where their use goes wrong."""
    tenant, member = f"e2e-{new_id()[-10:]}", new_id()
    token = platform.token(tenant, member, "member", "integrator", "organizer")
    expired = signed(load_issuer(platform.data / "issuer"), tenant=tenant, subject=member, roles=(), seconds=-600)
    forged = f"{token[:-8]}forged-8"
    secrets = {"token-of-a-source-9f31", "path-of-a-hook-77ab", "pass-of-a-push-41c0", "word-of-a-webhook-c2d9"}

    def ask(method: str, service: str, path: str, body: Any = None, status: int = 200, bearer: str = token) -> Any:
        answer = platform.call(method, service, path, token=bearer, body=body)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers["Content-Type"] else None

    for service in SERVICES:
        for refused in (expired, forged, "Bearer-of-nothing-d00d"):
            ask("GET", service, "/v1/audit", status=401, bearer=refused)
    shop = {
        "kind": "pretix",
        "base_url": "https://shop.invalid",
        "organizer": "acme",
        "token": "token-of-a-source-9f31",
    }
    event = {
        "name": "Summit",
        "starts_at": "2030-05-04T08:00:00Z",
        "ends_at": "2030-05-04T18:00:00Z",
        "time_zone": "Europe/Rome",
        "sources": [{"source": "pretix", "source_event_id": "summit"}],
    }
    ask("POST", "events", f"/v1/events/{ask('POST', 'events', '/v1/events', event, 201)['id']}/publish")
    source = ask("POST", "events", "/v1/sources", shop, 201)
    hook = f"/v1/hooks/{source['id']}"
    platform.call("POST", "events", f"{hook}?secret=path-of-a-hook-77ab", body={"action": "none"})
    calendar = urlsplit(ask("POST", "events", "/v1/calendars", status=201)["url"]).path
    ask("GET", "events", calendar)
    ask("GET", "events", f"/v1/calendars/{forged}.ics", status=404)
    platform.call("GET", "notifications", f"/v1/unsubscribe/{forged}")
    platform.call("POST", "notifications", f"/v1/bounces/{forged}", body={})
    push = {"push": [{"url": "json://ada:pass-of-a-push-41c0@push.invalid/"}]}
    platform.call("PUT", "notifications", "/v1/preferences", token=token, body=push)
    hooked = {"url": "https://hooks.invalid/word-of-a-webhook-c2d9", "types": ["*"]}
    webhook = ask("POST", "notifications", "/v1/webhooks", hooked, 201)
    rotated = ask("POST", "notifications", f"/v1/webhooks/{webhook['id']}/rotate")
    ask("POST", "notifications", f"/v1/webhooks/{webhook['id']}/test", status=202)
    log = f"/v1/webhooks/{webhook['id']}/deliveries"
    eventually(lambda: ask("GET", "notifications", log)["items"][0]["attempts"])
    ask("POST", "events", f"/v1/sources/{source['id']}/sync", status=202)
    eventually(lambda: '"error": "' in json.dumps(ask("GET", "events", "/v1/sources")))

    key = (platform.data / "secret.key").read_text()
    secrets |= {key, source["secret"], webhook["secret"], rotated["secret"], calendar.rpartition("/")[2][:-4]}
    # Of a token its signature: what stands before it are ids, which logs may have.
    secrets |= {each.rpartition(".")[2] for each in (token, expired, forged)} | {"Bearer-of-nothing-d00d"}
    assert all(len(secret) > 16 for secret in secrets)
    assert [(name, secret) for name, text in logs(platform).items() for secret in secrets if secret in text] == []
