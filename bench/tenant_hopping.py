"""Whether time tells that another tenant has what one asks for: every route with an id, in process, on the database.

For each id of a path the median time of asking for one that another tenant has, and of one that nobody has, in turns.
It is the same one each time: what a process remembers of an id that it was asked for tells how often that was, and no
more. A request for either begins the measurement and makes up for what the first one of a route costs.
"""

import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.result import Result, median
from shared.ids import new_id
from shared.settings import Settings
from tests.integration.http.conftest import Neighbors, Surface, Tenant, standing
from tests.integration.http.id_places import IdPlace, id_places

_TRIES = 200
_ALIKE = 0.10


def run(settings: Settings, log: Callable[[str], None]) -> list[Result]:
    """One row: of all routes the largest difference of the two medians."""
    places = [place for place in id_places() if place.part == "path"]
    kafka = ",".join(settings.kafka.bootstrap_servers)
    with (
        tempfile.TemporaryDirectory() as folder,
        standing(kafka, settings.mongodb_uri, Path(folder), ITHACA_RATE_LIMITS="off") as apps,
    ):
        neighbors = Neighbors(Tenant(Surface(*apps)), Tenant(Surface(*apps)))
        log(f"{len(places)} ids in paths, {_TRIES} tries of each kind")
        found = {str(place): _difference(place, neighbors) for place in places}
        # What stands out by chance does not do so twice.
        again = {str(place): _difference(place, neighbors) for place in places if abs(found[str(place)]) > _ALIKE}
    for place, difference in again.items():
        log(f"{place}: {found[place]:+.1%}, once more {difference:+.1%}")
    found |= {place: min(found[place], difference, key=abs) for place, difference in again.items()}
    worst = max(found, key=lambda place: abs(found[place]))
    beyond = sum(abs(difference) > _ALIKE for difference in found.values())
    notes = f"{worst}; half of all within {median([abs(each) for each in found.values()]):.1%}; {beyond} beyond 10 %"
    return [Result("tenant_hopping", "% between medians", abs(found[worst]) * 100, None, None, notes, False)]


def _difference(place: IdPlace, neighbors: Neighbors) -> float:
    """How much longer it takes where another tenant has it, as a share of what it takes where nobody has."""
    ways = (place.over_there(neighbors), new_id())
    taken: tuple[list[float], list[float]] = ([], [])
    for identifier in ways:
        _asked(place, neighbors, identifier)
    gc.collect()
    gc.disable()
    try:
        for number in range(_TRIES):
            for way in (0, 1) if number % 2 else (1, 0):
                taken[way].append(_asked(place, neighbors, ways[way]))
    finally:
        gc.enable()
    return median(taken[0]) / median(taken[1]) - 1


def _asked(place: IdPlace, neighbors: Neighbors, identifier: str) -> float:
    begun = time.perf_counter()
    answer = place.ask(neighbors.here, identifier)
    taken = time.perf_counter() - begun
    if answer.status_code != 404:
        raise RuntimeError(f"{place}: {answer.status_code} {answer.get_data()!r}")
    return taken
