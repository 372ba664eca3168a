"""How soon the services answer while one of their processes is killed, beside when nothing is wrong."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import quantiles

import requests

from shared.ids import new_id
from tests.faults.association import Association
from tests.faults.beside import Beside
from tests.faults.plan import Kind
from tests.faults.told import AfterKills, Happened

_ASKED_EACH = 0.05
_LONGEST = 10.0
"""Seconds; no answer, or one that says that there is none now, counts as so long."""
_FEWEST = 20
"""Answers, of which a p95 says something."""

ASKED = {
    "profiles": ("/v1/members?limit=1", "coordinator"),
    "matching": ("/v1/programs?limit=1", "coordinator"),
    "events": ("/v1/events?limit=1", "organizer"),
    "notifications": ("/v1/inbox?limit=1", "member"),
}

Answers = Sequence[tuple[float, float]]
"""When each was asked for, in seconds since the run began, and how many seconds it took."""


class Asking:
    """Asks the web of one service twenty times a second, one after the other."""

    def __init__(self, association: Association, service: str, url: str, begun: float) -> None:
        path, role = ASKED[service]
        self._url = f"{url}{path}"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {association.token(role, subject=new_id())}"
        self._begun = begun
        self.answers: list[tuple[float, float]] = []
        self.thread = Beside(self._ask, _ASKED_EACH)

    def _ask(self) -> None:
        asked = time.monotonic()
        try:
            good = self._session.get(self._url, timeout=_LONGEST).status_code == 200
        except requests.RequestException:
            good = False
        self.answers.append((asked - self._begun, time.monotonic() - asked if good else _LONGEST))


def after_kills(happened: Sequence[Happened], answers: Mapping[str, Answers]) -> Sequence[AfterKills]:
    """By process, those that were killed right after nothing was wrong."""
    recovered: dict[str, list[float]] = defaultdict(list)
    ratios: dict[str, list[float]] = defaultdict(list)
    for calm, kill, end in _with_ends(happened):
        if calm.fault.kind is not Kind.NOTHING or kill.fault.kind is not Kind.KILL or kill.recovered is None:
            continue
        process = kill.fault.target
        recovered[process].append(kill.recovered)
        others = [each for service, each in answers.items() if service != process.partition("-")[0]]
        before, after = _p95(others, calm.begun, kill.begun), _p95(others, kill.begun, end)
        if before is not None and after is not None:
            ratios[process].append(after / before)
    return [AfterKills(process, times, ratios[process]) for process, times in sorted(recovered.items())]


def _with_ends(happened: Sequence[Happened]) -> Iterator[tuple[Happened, Happened, float]]:
    """Each fault behind another, and when what came next began."""
    ends = [each.begun for each in happened[2:]] + [happened[-1].flowed if happened else 0.0]
    return ((before, fault, end) for (before, fault), end in zip(pairwise(happened), ends, strict=False))


def _p95(answers: Sequence[Answers], begin: float, end: float) -> float | None:
    took = [seconds for each in answers for at, seconds in each if begin <= at < end]
    return quantiles(took, n=20)[-1] if len(took) >= _FEWEST else None
