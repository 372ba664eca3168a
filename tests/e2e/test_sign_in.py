"""A person who signs in at an issuer that knows nothing of our ids is the same member in every service."""

import time
import uuid

from cli.embedded.issuer import ISSUER, load_issuer
from tests.e2e.gathering import gathering
from tests.e2e.outside import record
from tests.e2e.running import Running, eventually


def test_who_claims_a_ticket_s_member_is_that_member_everywhere(platform: Running) -> None:
    event = gathering(platform)
    event.outside.binary(record(event.source_event_id, "CLAIM-1"))
    registration = event.linked("CLAIM-1")
    now = int(time.time())
    token = load_issuer(platform.data / "issuer").sign(
        {
            "iss": ISSUER,
            "sub": f"auth0|{uuid.uuid4().hex}",
            "tenant": event.tenant,
            "roles": ["member"],
            "email": "CLAIM-1@example.org",
            "email_verified": True,
            "iat": now,
            "exp": now + 600,
        }
    )
    own = {
        "profiles": "/v1/members/me",
        "matching": "/v1/mentorships",
        "events": f"/v1/events/{event.event_id}/registrations",
        "notifications": "/v1/inbox",
    }
    assert {platform.call("GET", service, path, token=token).status_code for service, path in own.items()} == {403}
    claimed = platform.call("POST", "profiles", "/v1/members/claim", token=token)
    assert (claimed.status_code, claimed.json()["id"]) == (200, registration["member_id"])
    for service, path in own.items():
        eventually(lambda s=service, p=path: platform.call("GET", s, p, token=token).status_code == 200)
    shown = platform.call("GET", "events", own["events"], token=token).json()["items"]
    assert [each["id"] for each in shown] == [registration["id"]]
    assert [
        each["type"]
        for each in platform.call("GET", "notifications", own["notifications"], token=token).json()["items"]
    ]
