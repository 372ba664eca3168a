"""One fault after the other, each seen until all flows again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.faults.acts import Acts, NotPossibleHere
from tests.faults.flow import Flow
from tests.faults.plan import Fault, Kind
from tests.faults.told import Happened
from tests.faults.waiting import eventually

FLOWS_WITHIN = 240.0
"""Seconds after a fault, at the most: beyond it something is stuck, and that is a violation."""

_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class GoingWrong:
    """Carries a plan out, from the main thread, and watches the fleet meanwhile."""

    acts: Acts
    flow: Flow
    say: Callable[[str], None]
    happened: list[Happened] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    late_until: float = 0.0
    """By the monotonic clock. What a clock that was ahead has made due is due by the others' only then."""

    def follow(self, plan: Iterator[Fault], begun: float, seconds: float) -> None:
        """Until so many seconds since it began are over; the last fault is seen to its end."""
        fleet = self.acts.fleet.members.values()
        for fault in plan:
            if not self.held(lambda: all(each.ready() for each in fleet), FLOWS_WITHIN, "somebody is away"):
                return
            self.rest(fault.calm)
            at = time.monotonic() - begun
            if at >= seconds:
                return
            try:
                self.happened.append(self._one(fault, begun))
            except NotPossibleHere as reason:
                self.notes.append(f"{fault.kind.value}: not possible here: {reason}")
                self.happened.append(Happened(fault, at, at, None, "not possible here"))
            except (AssertionError, OSError) as error:
                self.violations.append(f"nothing came back after {fault}: {error}")
                return
            self.say(_line(self.happened[-1]))

    def held(self, condition: Callable[[], bool], within: float, otherwise: str) -> bool:
        """Waits until it holds. That it never did, or could not be asked, is a violation, and the run goes on."""
        try:
            eventually(condition, within, meanwhile=self.acts.fleet.tend)
        except Exception as error:
            self.violations.append(f"{otherwise} after {within:.0f} s: {type(error).__name__}: {error}")
            return False
        return True

    def rest(self, seconds: float) -> None:
        """Nothing goes wrong for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._turn()

    def _one(self, fault: Fault, begun: float) -> Happened:
        started = time.monotonic()
        flowed: tuple[float, str] | None = None
        with self.acts.going_wrong(fault):
            if fault.kind is Kind.ZOMBIE:  # another has to take over what it holds
                flowed = self._until_it_flows(fault, started)
            while (now := time.monotonic()) < started + fault.seconds:
                self.acts.during(fault, now)
                self._turn()
            over = time.monotonic() if fault.seconds else started
        ended = time.monotonic()
        if flowed is None:
            # A server that was killed is away until it answers again.
            flowed = self._until_it_flows(fault, ended if fault.kind is Kind.BACKEND_KILL else over)
        self.late_until = max(self.late_until, ended + fault.step)
        recovered, last = flowed
        return Happened(fault, started - begun, ended - begun, recovered, last=last)

    def _until_it_flows(self, fault: Fault, since: float) -> tuple[float, str]:
        """Seconds since then until a probe, sent now, is through, and what came through last."""
        deadline = time.monotonic() + FLOWS_WITHIN
        probe = None
        while probe is None or not self.flow.through(probe):
            if time.monotonic() > deadline:
                self.violations.append(f"nothing flowed for {FLOWS_WITHIN:.0f} s after {fault}")
                break
            probe = probe or self.flow.probe()
            self._turn()
        through = {} if probe is None else probe.through
        return time.monotonic() - since, max(through, key=through.__getitem__, default="nothing")

    def _turn(self) -> None:
        self.acts.fleet.tend()
        time.sleep(_LOOK_SECONDS)


def _line(one: Happened) -> str:
    after = one.remark or f"all flowed again after {one.recovered:.1f} s, last: {one.last}"
    return f"{one.begun:6.0f} s  {one.fault}: {after}"
