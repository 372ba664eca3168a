"""What docs/webhooks.md gives integrators works as it stands there."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notifications.channels.webhook.sending import signed_headers
from services.notifications.domain.webhook import HOLDS
from services.notifications.domain.webhook_delivery import PAUSES
from shared.standard_webhooks import new_secret

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")
BODY = b'{"specversion":"1.0"}'

Verify = Callable[[Mapping[str, str], bytes, str], bool]


@pytest.fixture(scope="module")
def verified() -> Verify:
    [code] = re.findall(r"```python\n(.+?)```", PAGE, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Verify = names["verified"]
    return found


def test_its_code_takes_what_we_sign_by_either_secret(verified: Verify) -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers("msg_1", BODY, [new, old], datetime.now(UTC))
    assert verified(headers, BODY, old)
    assert verified(headers, BODY, new)


def test_its_code_refuses_what_was_altered_is_old_or_of_somebody_else(verified: Verify) -> None:
    secret, now = new_secret(), datetime.now(UTC)
    headers = signed_headers("msg_1", BODY, [secret], now)
    assert not verified(headers, BODY + b" ", secret)
    assert not verified(headers, BODY, new_secret())
    assert not verified({**headers, "webhook-id": "msg_2"}, BODY, secret)
    assert not verified(signed_headers("msg_1", BODY, [secret], now - timedelta(minutes=6)), BODY, secret)


@pytest.mark.parametrize("pauses", [PAUSES, HOLDS], ids=["attempts", "holds"])
def test_its_pauses_are_those_that_are_kept(pauses: tuple[timedelta, ...]) -> None:
    def told(pause: timedelta) -> str:
        seconds = int(pause.total_seconds())
        for unit, length in (("h", 3600), ("min", 60)):
            if seconds % length == 0:
                return f"{seconds // length} {unit}"
        return f"{seconds} s"

    words = [re.escape(told(each)) for each in pauses]
    assert re.search(r"(, |,\s+then | and |,\s+)".join(words), re.sub(r"\s+", " ", PAGE))
