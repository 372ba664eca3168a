"""Webhooks of the service under test: registered over HTTP, worked on as a worker would."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.test import TestResponse

from services.notifications.commands.send_webhooks import SendWebhooks
from shared.clock import to_milliseconds
from tests.integration.notifications.conftest import ISSUING, Desk
from tests.integration.notifications.receiving import Receiver

MEETINGS = "org.ithaca.meeting.requested.v1"


@dataclass
class Hooked:
    """A desk whose clock is right: signatures are good for five minutes."""

    desk: Desk
    receiver: Receiver

    def __post_init__(self) -> None:
        self.desk.clock._now = to_milliseconds(datetime.now(UTC))

    def ask(
        self, method: str, path: str, body: Any = None, *roles: str, tenant: str = "acme", **headers: str
    ) -> TestResponse:
        told = ISSUING.headers(*(roles or ("integrator",)), sub="crm", tenant=tenant) | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        options = {} if body is None else {"json": body}
        return self.desk.client().open(f"/v1/webhooks{path}", method=method, headers=told, **options)

    def register(self, types: Sequence[str] = ("*",), *, url: str | None = None, **options: Any) -> dict[str, Any]:
        tenant = options.pop("tenant", "acme")
        answer = self.ask("POST", "", {"url": url or self.receiver.url, "types": list(types), **options}, tenant=tenant)
        assert answer.status_code == 201, answer.get_data()
        return dict(answer.get_json())

    def shown(self, webhook: dict[str, Any]) -> dict[str, Any]:
        return dict(self.ask("GET", f"/{webhook['id']}").get_json())

    def log(self, webhook: dict[str, Any]) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(reversed(self.ask("GET", f"/{webhook['id']}/deliveries").get_json()["items"]))

    def outcomes(self, webhook: dict[str, Any]) -> list[str]:
        return [attempt["outcome"] for each in self.log(webhook) for attempt in each["attempts"]]

    def work(self) -> None:
        """All that is due now."""
        self.desk.work("ring_webhooks")
        self.desk.work("send_webhooks")

    def later(self, **time: float) -> None:
        """Lets the time go on, and does what is due then."""
        self.desk.clock.pass_by(timedelta(**time))
        self.work()

    def sender(self) -> SendWebhooks:
        """What sends, to be made with other settings."""
        [work] = [each for each in self.desk.service.due if each.name == "send_webhooks"]
        sender: SendWebhooks = work.perform.__self__  # type: ignore[attr-defined]
        return sender
