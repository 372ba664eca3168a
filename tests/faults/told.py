"""What a long run has to tell: what went wrong when, how soon all flowed again, what was promised, what was broken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.faults.plan import Fault, Kind


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault as it came, in seconds since the run began. `recovered` is None where it was not possible here."""

    fault: Fault
    begun: float
    ended: float
    recovered: float | None
    """Seconds from its end, or from its beginning where another has to take over, until a probe came through."""
    remark: str = ""
    last: str = ""
    """What came through last."""

    @property
    def went_wrong(self) -> bool:
        """Whether it is a fault, and was done."""
        return self.fault.kind is not Kind.NOTHING and not self.remark

    @property
    def flowed(self) -> float:
        """When all flowed again, in seconds since the run began."""
        since = self.begun if self.fault.kind is Kind.ZOMBIE else self.ended
        return since + (self.recovered or 0.0)


@dataclass(frozen=True, slots=True)
class Recovery:
    """How soon all flowed again after faults of one kind, in seconds."""

    kind: Kind
    count: int
    median: float
    worst: float
    worst_of: Fault


@dataclass(frozen=True, slots=True)
class AfterKills:
    """After kills of one process."""

    process: str
    recovered: Sequence[float]
    """Seconds until all flowed again, of each kill."""
    ratios: Sequence[float]
    """Of each kill, the p95 of the other services' answers until the next fault, by that of the calm before."""

    @property
    def ratio(self) -> float | None:
        """The median; None where too little was asked."""
        return median(self.ratios) if self.ratios else None


@dataclass(frozen=True, slots=True)
class Told:
    """Of a whole run."""

    seed: int
    minutes: float
    seconds: float
    """That it took, with its beginning and its end."""
    happened: Sequence[Happened]
    processes: Sequence[str]
    acknowledged: Mapping[str, int]
    met: Mapping[str, int]
    """What the clients met, by status or by how it broke off."""
    on_log: Mapping[str, int]
    handled: Mapping[str, int]
    """Effects by service: rows of its inbox, and versions of keys."""
    notes: Sequence[str]
    length_of_log: Sequence[tuple[float, int]]
    violations: Sequence[str]
    after_kills: Sequence[AfterKills] = ()

    def recoveries(self) -> Sequence[Recovery]:
        """By kind, those that came."""
        found = []
        for kind in Kind:
            these = [each for each in self.happened if each.fault.kind is kind and each.recovered is not None]
            if these:
                worst = max(these, key=lambda each: each.recovered or 0.0)
                times = [each.recovered or 0.0 for each in these]
                found.append(Recovery(kind, len(these), median(times), max(times), worst.fault))
        return found
