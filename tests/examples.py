"""How thoroughly properties are tried: with a part of their examples in each run, with all in `make test-thorough`.

Examples are drawn anew in each run: many short runs see as much as a long one.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

THOROUGH = bool(os.environ.get("ITHACA_TEST_THOROUGH"))


def tried(number: int) -> int:
    """Of so many a fifth, but three at least; all where the run is thorough."""
    return number if THOROUGH else min(number, max(3, number // 5))


def shared_out(items: Sequence[T], place: int, places: int) -> Sequence[T]:
    """The part that falls to one of several places, which have all between them; all where the run is thorough."""
    return items if THOROUGH else items[place::places]
