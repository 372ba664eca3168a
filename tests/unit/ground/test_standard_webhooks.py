"""How webhooks are signed: by the standard's own test vector, and as an independent library reads them."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.standard_webhooks import new_secret, signature

BODY = b'{"test": 2432232314}'


def test_the_test_vector_of_the_standard_holds() -> None:
    right = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", BODY)
    assert right == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_standards_own_library_takes_what_is_signed_and_nothing_else() -> None:
    secret, now = new_secret(), str(int(datetime.now(UTC).timestamp()))
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{signature(secret, 'msg_1', now, BODY)}",
    }
    assert Webhook(secret).verify(BODY, headers) == {"test": 2432232314}
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", headers)


def test_a_new_secret_has_as_many_bytes_as_the_standard_asks_for_and_is_nobody_elses() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert all(24 <= len(base64.b64decode(each.removeprefix("whsec_"), validate=True)) <= 64 for each in made)
