"""A worker that is a million messages behind: what it takes in memory and time to catch up, and who feels it.

What it takes must not grow with the backlog: its memory stands beside that of a worker that was ten thousand behind,
and the pace of its last tenth beside that of its first. A consumer that stands still in the midst of it must not be
felt by who publishes: their pace stands beside that of a topic that nobody reads.
"""

import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pymongo.collection import Collection

from bench.attendees import events, preload
from bench.ground import scratch
from bench.process import memory, running_process
from bench.result import Result, median
from shared.settings import Settings
from shared.storage import Document

FEW, MANY = 10_000, 1_000_000
PUBLISHED = 20_000
ROUNDS = 5
_SLICES = 50
_TENTH = 5
"""Slices."""
_LOOK_SECONDS = 0.05
_STANDSTILL_SECONDS = 60.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """`peak` is the worker's memory at most, in MiB; `rates` are of slices of equal size, in records a second."""

    peak: float
    rates: Sequence[float]


def run(settings: Settings, progress: Progress) -> list[Result]:
    """Memory and pace of catching up, and the pace of publishing meanwhile."""
    few = _catch_up(settings, FEW, progress)
    many = _catch_up(settings, MANY, progress)
    first, last = median(many.rates[:_TENTH]), median(many.rates[-_TENTH:])
    alone, beside = _publishing(settings, progress)
    sizes = f"{MANY:,} messages behind"
    return [
        Result(
            "backlog_1m",
            "MiB",
            many.peak,
            few.peak,
            None,
            f"the worker's memory at most, {sizes}; the floor is {FEW:,} behind",
            higher_is_better=False,
        ),
        Result(
            "backlog_pace",
            "records/s",
            last,
            first,
            None,
            f"the last tenth, {sizes}, the floor is the first; medians of {_TENTH} slices",
            higher_is_better=True,
        ),
        Result(
            "backlog_publishing",
            "records/s",
            median(beside),
            median(alone),
            None,
            f"published beside a worker that stands still; the floor is a topic nobody reads; {ROUNDS} rounds",
            higher_is_better=True,
        ),
    ]


def _catch_up(settings: Settings, count: int, progress: Progress) -> CaughtUp:
    with _service(settings) as (own, folder, registrations):
        preload(own, count)
        progress(f"backlog: {count:,} published")
        with running_process(own, folder, "events", "worker", {}) as worker:
            rates = _rates(registrations, count)
            peak = memory(worker.pid, "VmHWM")
    progress(f"backlog: {count:,} at {median(rates):,.0f}/s, {peak:.0f} MiB at most")
    return CaughtUp(peak, rates)


@contextmanager
def _service(settings: Settings) -> Iterator[tuple[Settings, Path, Collection[Document]]]:
    """Events on a database of its own, with nobody at work yet."""
    with (
        tempfile.TemporaryDirectory(prefix="ithaca-bench-") as folder,
        scratch(settings) as own,
        events(own) as (ground, _),
    ):
        yield own, Path(folder), ground.database["registrations"]


def _rates(registrations: Collection[Document], count: int) -> list[float]:
    """Records a second, of so many slices from its first batch on. Raises TimeoutError where nothing moves."""
    seen: list[tuple[float, int]] = [(time.perf_counter(), 0)]
    while seen[-1][1] < count:
        time.sleep(_LOOK_SECONDS)  # asking is work for the database that it measures
        now, done = time.perf_counter(), registrations.estimated_document_count()
        if done > seen[-1][1]:
            seen.append((now, done))
        elif now - seen[-1][0] > _STANDSTILL_SECONDS:
            raise TimeoutError(f"the worker stands still at {done}")
    times, counts = zip(*seen[1:], strict=True)
    marks = np.linspace(counts[0], count, _SLICES + 1)
    rates: list[float] = (np.diff(marks) / np.diff(np.interp(marks, counts, times))).tolist()
    return rates


def _publishing(settings: Settings, progress: Progress) -> tuple[list[float], list[float]]:
    """Records a second that are published where nobody reads, and beside a worker that stands still, in turns."""
    alone: list[float] = []
    beside: list[float] = []
    with _service(settings) as (quiet, _, _), _service(settings) as (read, folder, registrations):
        published = FEW
        preload(read, published)
        with running_process(read, folder, "events", "worker", {}) as worker:
            while not registrations.estimated_document_count():
                time.sleep(_LOOK_SECONDS)
            worker.send_signal(signal.SIGSTOP)
            try:
                for number in range(ROUNDS):
                    for own, rates in ((quiet, alone), (read, beside)):
                        begun = time.perf_counter()
                        preload(own, PUBLISHED, first=published)
                        rates.append(PUBLISHED / (time.perf_counter() - begun))
                    published += PUBLISHED
                    progress(
                        f"backlog: published {alone[-1]:,.0f}/s, {beside[-1]:,.0f}/s beside a standstill ({number + 1})"
                    )
            finally:
                worker.send_signal(signal.SIGCONT)
    return alone, beside
