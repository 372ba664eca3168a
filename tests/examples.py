"""How thoroughly properties are tried: with a part of their examples in each run, with all in `make test-thorough`.

Examples are drawn anew in each run: many short runs see as much as a long one.
"""

import os

THOROUGH = bool(os.environ.get("ITHACA_TEST_THOROUGH"))


def tried(number: int) -> int:
    """Of so many a fifth, but three at least; all where the run is thorough."""
    return number if THOROUGH else min(number, max(3, number // 5))
