"""Who may send webhooks: Standard Webhooks' signatures by its own test vector, and plain shared secrets."""

import base64
from datetime import UTC, datetime

import pytest

from services.events.hooks.proof import Unproven, require_secret, require_signature
from shared.standard_webhooks import signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another secret of 24 byte").decode()
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
RIGHT = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SENT = datetime.fromtimestamp(1614265330, UTC)


def proven(
    signatures: str = RIGHT, *, timestamp: str = "1614265330", body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)
) -> str:
    headers = {"webhook-id": ID, "webhook-timestamp": timestamp, "webhook-signature": signatures}
    return require_signature(headers, body, secrets, SENT)


def test_the_test_vector_of_the_specification_holds() -> None:
    assert proven() == ID


def test_one_right_signature_among_several_is_enough() -> None:
    assert proven(f"v1,AAAA v1a,ed25519 {RIGHT}") == ID


def test_while_a_secret_is_rotated_the_one_before_it_is_good_too() -> None:
    assert proven(secrets=(OTHER, SECRET)) == ID


@pytest.mark.parametrize(
    "signatures", ["v1,AAAA", RIGHT.replace("v1,", "v1a,"), RIGHT.removeprefix("v1,"), "v1,ä", RIGHT.lower()]
)
def test_a_wrong_signature_proves_nothing(signatures: str) -> None:
    with pytest.raises(Unproven, match="No v1 signature"):
        proven(signatures)


def test_another_body_or_another_secret_proves_nothing() -> None:
    with pytest.raises(Unproven, match="No v1 signature"):
        proven(body=BODY + b" ")
    with pytest.raises(Unproven, match="No v1 signature"):
        proven(secrets=(OTHER,))


@pytest.mark.parametrize("off", [-301, 301])
def test_a_stale_signature_is_told_from_a_wrong_one(off: int) -> None:
    timestamp = str(1614265330 + off)
    with pytest.raises(Unproven, match="300 seconds"):
        proven(f"v1,{signature(SECRET, ID, timestamp, BODY)}", timestamp=timestamp)


@pytest.mark.parametrize("timestamp", ["", "soon", "1e9", "-1", "1614265330.5"])
def test_a_time_that_is_none_proves_nothing(timestamp: str) -> None:
    with pytest.raises(Unproven):
        proven(timestamp=timestamp)


@pytest.mark.parametrize(
    ("authorization", "in_address"),
    [
        ("hush", ""),
        ("Bearer hush", ""),
        ("Basic " + base64.b64encode(b"anybody:hush").decode(), ""),
        ("", "hush"),
    ],
)
def test_a_shared_secret_is_shown_in_the_header_or_the_address(authorization: str, in_address: str) -> None:
    require_secret(authorization, in_address, ["other", "hush"])


@pytest.mark.parametrize("authorization", ["", "Basic %%%", "Bearer wrong", "hush2"])
def test_without_the_right_secret_nobody_is_let_in(authorization: str) -> None:
    with pytest.raises(Unproven):
        require_secret(authorization, "", ["hush"])
