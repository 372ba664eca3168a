"""A picture of a long run: a lane for each process, server and way to it with its faults, and below what flowed."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from tests.faults.plan import BROKER, DATABASE, Kind
from tests.faults.told import Happened, Told

_LEFT, _WIDTH, _LANE, _TOP, _LINE = 170, 1000, 18, 72, 120
_GAP_SECONDS = 4.0
"""Without a note of how long the log is, which is noted each second: the broker was away."""

_COLORS = {
    Kind.KILL: "#c0392b",
    Kind.PAUSE: "#e0a030",
    Kind.ZOMBIE: "#8e44ad",
    Kind.STORM: "#2980b9",
    Kind.CLOCK: "#16a085",
    Kind.BACKEND_KILL: "#c0392b",
    Kind.HANG: "#e0a030",
    Kind.SILENT: "#7f8c8d",
    Kind.REFUSED: "#34495e",
    Kind.SLOW: "#b7c4c9",
    Kind.DISK_FULL: "#d35400",
}
_NETWORK = {Kind.SILENT, Kind.REFUSED, Kind.SLOW}


def timeline(told: Told) -> str:
    """The picture, as SVG; each mark says what it is where a pointer rests on it."""
    ways = [f"way to the {each}" for each in (BROKER, DATABASE)]
    lanes = [*told.processes, BROKER, DATABASE, *ways]
    ends = [at for each in told.happened for at in (each.ended, each.flowed)]
    last = max([1.0, *ends, *(at for at, _ in told.length_of_log)])
    bottom = _TOP + _LANE * len(lanes)
    height = bottom + _LINE + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 20} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{_LEFT + _WIDTH + 20}" height="{height}" fill="white"/>',
        *_legend(),
        *_lanes(lanes),
        *(mark for each in told.happened if each.went_wrong for mark in _marks(each, lanes, last)),
        *_flow(told.length_of_log, last, bottom + 20),
        *_axis(last, bottom + _LINE + 20),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _legend() -> Iterator[str]:
    for number, (kind, color) in enumerate(_COLORS.items()):
        x, y = 10 + (number % 5) * 236, 10 + (number // 5) * 18
        yield f'<rect x="{x}" y="{y}" width="10" height="10" fill="{color}"/>'
        yield f'<text x="{x + 14}" y="{y + 9}">{kind.value}</text>'


def _lanes(lanes: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(lanes):
        y = _TOP + number * _LANE
        if number % 2 == 0:
            yield f'<rect x="{_LEFT}" y="{y}" width="{_WIDTH}" height="{_LANE}" fill="#f4f4f4"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'


def _marks(one: Happened, lanes: Sequence[str], last: float) -> Iterator[str]:
    """The fault itself, in the lanes that it concerns, and thin behind it until all flowed again."""
    begun, ended = _x(one.begun, last), _x(one.ended, last)
    flowed = _x(max(one.ended, one.flowed), last)
    color, words = _COLORS[one.fault.kind], escape(f"{one.begun:.0f} s: {one.fault}")
    for lane in _lanes_of(one, lanes):
        y = _TOP + lanes.index(lane) * _LANE
        yield f"<g><title>{words}, all flowed again after {one.recovered or 0:.1f} s</title>"
        yield f'<rect x="{begun:.1f}" y="{y + 3}" width="{max(3.0, ended - begun):.1f}" height="12" fill="{color}"/>'
        yield f'<rect x="{ended:.1f}" y="{y + 8}" width="{flowed - ended:.1f}" height="2" fill="{color}"/></g>'


def _lanes_of(one: Happened, lanes: Sequence[str]) -> Sequence[str]:
    if one.fault.kind in _NETWORK:
        return [f"way to the {one.fault.target}"]
    if one.fault.kind is Kind.STORM:
        return [lane for lane in lanes if lane.startswith(f"{one.fault.target}-worker-")]
    return [one.fault.target]


def _flow(noted: Sequence[tuple[float, int]], last: float, top: float) -> Iterator[str]:
    """A line for each stretch in which the broker answered."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for (earlier, before), (later, length) in pairwise(noted):
        if later - earlier > _GAP_SECONDS:
            stretches.append([])
        else:
            stretches[-1].append((later, max(0.0, (length - before) / (later - earlier))))
    most = max([1.0, *(rate for stretch in stretches for _, rate in stretch)])
    yield f'<text x="{_LEFT - 8}" y="{top + 20}" text-anchor="end">records a second</text>'
    yield f'<text x="{_LEFT - 8}" y="{top + 34}" text-anchor="end">on the log, at most {most:.0f}</text>'
    for stretch in stretches:
        points = " ".join(f"{_x(at, last):.1f},{top + 100 - 90 * rate / most:.1f}" for at, rate in stretch)
        yield f'<polyline points="{points}" fill="none" stroke="#2c3e50"/>'


def _axis(last: float, y: float) -> Iterator[str]:
    step = next(each for each in (10, 30, 60, 120, 300, 600, 1800, 7200) if last / each <= 16 or each == 7200)
    for seconds in range(0, int(last) + 1, step):
        x = _x(seconds, last)
        yield f'<line x1="{x:.1f}" y1="{y - 14}" x2="{x:.1f}" y2="{y - 8}" stroke="black"/>'
        yield f'<text x="{x:.1f}" y="{y + 4}" text-anchor="middle">{seconds} s</text>'


def _x(seconds: float, last: float) -> float:
    return _LEFT + _WIDTH * seconds / last
