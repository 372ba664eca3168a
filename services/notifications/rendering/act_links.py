"""Links by which a person acts from a mail, without signing in: what each is called, and its address."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from services.notifications.domain.catalog import telling_of
from services.notifications.domain.notification import Notification
from shared.clock import Clock
from shared.contracts.acts import OWNERS, Act
from shared.web.act_pages import Grant, Grants

LABELS = Path(__file__).parent.parent / "act_labels"
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Link:
    """What a button says, and where it leads."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class ActLinks:
    """`pages` is where people reach the pages of each service that owns acts; a grant holds for `days` at most."""

    pages: Mapping[str, str]
    grants: Grants
    days: int
    clock: Clock

    def of(self, notification: Notification, language: str, locale: str) -> Sequence[Link]:
        """In the order of their buttons, which speak this language; none for whoever did it, who may be told as well.

        `locale` is how the person reads, and the page speaks.
        """
        if notification.actor_id == notification.member_id:
            return ()
        labels = _labels(language if (LABELS / f"{language}.toml").is_file() else FALLBACK)
        return [
            Link(labels[act], f"{self.pages[OWNERS[act]]}/pages/{act.value}/{self._grant(act, notification, locale)}")
            for act in telling_of(notification).acts(notification.facts)
        ]

    def _grant(self, act: Act, notification: Notification, locale: str) -> str:
        until = self.clock.now() + timedelta(days=self.days)
        return self.grants.signed(
            Grant(act, notification.tenant, notification.member_id, notification.about_id, locale, until)
        )


@cache
def _labels(language: str) -> Mapping[str, str]:
    with (LABELS / f"{language}.toml").open("rb") as file:
        labels: dict[str, str] = tomllib.load(file)
    return labels
