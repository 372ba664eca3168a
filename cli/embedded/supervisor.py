"""Starts processes, waits until they are ready, brings back the ones that die, and stops them in order.

One loop in the main thread: processes are started from no other, because the tether to us is the thread's.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from cli.embedded.child import Child, Command
from cli.embedded.errors import PartFailed
from cli.embedded.interruption import Interruption
from cli.embedded.ledger import Ledger
from cli.embedded.report import Report
from cli.embedded.rotating_log import last_lines

_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 10.0
_TICK = 0.05
_DEATHS_BEFORE_GIVING_UP = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the platform. Durations in seconds."""

    name: str
    command: Command
    is_ready: Callable[[Child], bool]
    """Asked from a thread of its own, again and again until true; answers within about a second, never raises."""
    address: str = ""
    grace: float = 10.0
    """From the request to stop until it is killed."""
    patience: float = 120.0
    """From the first start until it must have been ready once."""


@dataclass(slots=True)
class _Running:
    part: Part
    first_started: float
    child: Child | None = None
    question: "Future[bool] | None" = None
    ready_since: float | None = None
    was_ready: bool = False
    restarts: int = 0
    backoff: float = _FIRST_BACKOFF
    start_at: float = field(default=0.0)


class Supervisor:
    """Runs the parts of one platform."""

    def __init__(self, ledger: Ledger, interruption: Interruption, report: Report) -> None:
        self._ledger, self._interruption, self._report = ledger, interruption, report
        self._tiers: list[list[_Running]] = []
        self._steps: dict[str, Child] = {}
        self._questions = ThreadPoolExecutor(max_workers=4, thread_name_prefix="readiness")

    def start(self, *tiers: Sequence[Part]) -> None:
        """Starts all of these at once and returns when each was ready. Later tiers are stopped before earlier ones.

        Raises PartFailed for a part that dies again and again or is not ready in time, Interrupted.
        """
        now = time.monotonic()
        started = [[_Running(part, first_started=now) for part in tier] for tier in tiers]
        self._tiers += started
        while not all(running.was_ready for tier in started for running in tier):
            self.turn()
            for running in (running for tier in started for running in tier):
                _require_progress(running)
            time.sleep(_TICK)

    def run_to_end(self, steps: Mapping[str, Command], progress: Callable[[], str] | None = None) -> None:
        """Runs commands beside each other until all have ended, telling each second how far they are.

        Raises PartFailed with the output of one that failed, Interrupted.
        """
        told = time.monotonic()
        for name, command in steps.items():
            command.log.unlink(missing_ok=True)
            self._report.state(name, "running")
            self._steps[name] = Child(command)
        self._note()
        while self._steps:
            self.turn()
            for name, child in list(self._steps.items()):
                code = child.exit_code()
                if code is None:
                    continue
                del self._steps[name]
                if code:
                    self._report.state(name, "failed")
                    log = child.command.log
                    raise PartFailed(f"{name} failed (exit {code}), see {log}:\n{last_lines(log, 60)}")
                self._report.state(name, "done")
            if progress is not None and self._steps and time.monotonic() - told > 1:
                told = time.monotonic()
                self._report.say(next(iter(self._steps)), progress())
            time.sleep(_TICK)
        self._note()

    def check(self) -> None:
        """Raises Interrupted once a stop was asked for. For waits that are not the supervisor's own."""
        self._interruption.check()

    def watch(self) -> None:
        """Keeps everything running until Interrupted, which it raises."""
        while True:
            self.turn()
            time.sleep(_TICK * 2)

    def stop(self) -> None:
        """Stops tier after tier, the last started first; kills what outlives its grace. Nothing runs afterwards."""
        self._questions.shutdown(wait=False, cancel_futures=True)
        _stop({name: (child, 0.0) for name, child in self._steps.items()})
        while self._tiers:
            tier = [running for running in self._tiers[-1] if running.child is not None]
            for running in tier:
                self._report.state(running.part.name, "stopping")
            _stop({r.part.name: (r.child, r.part.grace) for r in tier if r.child is not None})
            for running in tier:
                self._report.state(running.part.name, "stopped")
            self._tiers.pop()
        self._ledger.write({})

    def kill(self) -> None:
        """Ends every process at once. Safe in a signal handler."""
        for child in self._children().values():
            child.kill()

    def _children(self) -> dict[str, Child]:
        parts = {r.part.name: r.child for tier in self._tiers for r in tier if r.child is not None}
        return parts | self._steps

    def _note(self) -> None:
        self._ledger.write(self._children())

    def turn(self) -> None:
        """One look at every part: what died is due again later, what is due is started, what answers is ready.

        The loops here call it; a caller with a loop of its own may. Raises Interrupted.
        """
        self._interruption.check()
        for running in (running for tier in self._tiers for running in tier):
            if running.child is None:
                self._start_when_due(running)
            elif (code := running.child.exit_code()) is not None:
                self._bury(running, code)
            elif running.ready_since is None:
                self._ask(running, running.child)

    def _start_when_due(self, running: _Running) -> None:
        if time.monotonic() < running.start_at:
            return
        running.child = Child(running.part.command)
        self._note()
        self._report.state(running.part.name, "starting", running.part.address, running.restarts)

    def _ask(self, running: _Running, child: Child) -> None:
        if running.question is None:
            running.question = self._questions.submit(running.part.is_ready, child)
        elif running.question.done():
            if running.question.result():
                running.ready_since, running.was_ready = time.monotonic(), True
                self._report.state(running.part.name, "ready", running.part.address, running.restarts)
            running.question = None

    def _bury(self, running: _Running, code: int) -> None:
        now = time.monotonic()
        if running.ready_since is not None and now - running.ready_since > _LONGEST_BACKOFF:
            running.backoff = _FIRST_BACKOFF
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        self._report.say(running.part.name, f"ended ({how}), starting again in {running.backoff:g} s")
        running.child, running.question, running.ready_since = None, None, None
        running.start_at = now + running.backoff
        running.backoff = min(running.backoff * 2, _LONGEST_BACKOFF)
        running.restarts += 1
        self._note()


def _require_progress(running: _Running) -> None:
    if running.was_ready:
        return
    waited = time.monotonic() - running.first_started
    if running.restarts >= _DEATHS_BEFORE_GIVING_UP:
        problem = f"ended {running.restarts} times before it was ready"
    elif waited > running.part.patience:
        problem = f"was not ready after {waited:.0f} s"
    else:
        return
    log = running.part.command.log
    raise PartFailed(f"{running.part.name} {problem}. The end of {log}:\n{last_lines(log)}")


def _stop(children: Mapping[str, tuple[Child, float]]) -> None:
    """Each child with its grace in seconds; all are asked at once."""
    asked = time.monotonic()
    for child, _ in children.values():
        child.terminate()
    waiting = list(children.values())
    while waiting:
        waiting = [(child, grace) for child, grace in waiting if child.exit_code() is None]
        for child, grace in waiting:
            if time.monotonic() - asked > grace:
                child.kill()
        time.sleep(_TICK)
