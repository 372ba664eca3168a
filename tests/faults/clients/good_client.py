"""One who speaks to the services as a good client does: what was not answered is asked again, under the same key."""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from shared.ids import new_id
from tests.faults.association import Association

_ANSWER_SECONDS = 40.0
_PAUSE_SECONDS = 0.4
_LONGEST = 400.0
"""Seconds until a client gives up: nothing lasts so long."""

ANSWERED = frozenset({200, 201, 202, 204})
REFUSED = frozenset({404, 409, 412})
"""What is not to be done, or not yet: a good answer, too."""


class NeverAnswered(Exception):
    """What was asked, and the last that was heard of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any

    @property
    def good(self) -> bool:
        return self.status in ANSWERED


@dataclass(slots=True)
class GoodClient:
    """Safe to share between threads: each has its own connections."""

    association: Association
    urls: Mapping[str, str]
    """Where the web of each service is."""
    met: Counter[str] = field(default_factory=Counter)
    """How often which status was met, or nothing."""
    strange: list[str] = field(default_factory=list)
    """Answers that no client should get."""
    _own: threading.local = field(default_factory=threading.local)
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def ask(self, who: str, method: str, service: str, path: str, body: object = None, role: str = "member") -> Answer:
        """The first answer that is one: done, or refused. Raises NeverAnswered."""
        deadline, last = time.monotonic() + _LONGEST, "nothing"
        headers = {"Authorization": f"Bearer {self._token(who, role)}", "Idempotency-Key": new_id()}
        while time.monotonic() < deadline:
            try:
                answer = self._session().request(
                    method, f"{self.urls[service]}{path}", json=body, headers=headers, timeout=(5, _ANSWER_SECONDS)
                )
            except requests.RequestException as error:
                last = type(error).__name__
            else:
                last = str(answer.status_code)
                if answer.status_code in ANSWERED | REFUSED:
                    self.met[last] += 1
                    return Answer(answer.status_code, answer.json() if answer.content else None)
                if answer.status_code not in {429, 503}:
                    self.strange.append(f"{method} {service} {path}: {answer.status_code} {answer.text[:500]}")
            self.met[last] += 1
            time.sleep(_PAUSE_SECONDS)
        raise NeverAnswered(f"{method} {service} {path}: {last}")

    def until_good(
        self, who: str, method: str, service: str, path: str, body: object = None, role: str = "member"
    ) -> Any:
        """What comes once it is no longer refused, as until a copy has arrived. Raises NeverAnswered."""
        deadline = time.monotonic() + _LONGEST
        while time.monotonic() < deadline:
            if (answer := self.ask(who, method, service, path, body, role)).good:
                return answer.body
            time.sleep(_PAUSE_SECONDS)
        raise NeverAnswered(f"{method} {service} {path}: {answer.status} {answer.body}")

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.trust_env = False
        session: requests.Session = self._own.session
        return session

    def _token(self, who: str, role: str) -> str:
        if (who, role) not in self._tokens:
            self._tokens[who, role] = self.association.token(role, subject=who)
        return self._tokens[who, role]
