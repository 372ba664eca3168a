"""Rounds in which nobody meets twice, by turning a circle: whoever they are, and whatever it is worth.

One person stays, all others move on by a place each round, and who stand opposite meet (Kirkman 1847). Of two groups
that meet only each other, one stays and the other moves on.
"""

import math

import numpy as np
from numpy.typing import NDArray


def circle(people: int, rounds: int) -> NDArray[np.int32]:
    """People x rounds: whom each meets, -1 for nobody. After all have met all it begins again."""
    even = people + people % 2
    partner = np.full((even, rounds), -1, np.int32)
    turn = np.arange(max(1, even - 1))
    for number in range(rounds if people > 1 else 0):
        at = number % (even - 1)
        # Whose places add up to a number meet; whoever would meet themselves meets the one who stays.
        other = (at - turn) % (even - 1)
        partner[turn, number] = np.where(other == turn, even - 1, other)
        partner[even - 1, number] = turn[other == turn][0]
    partner[partner >= people] = -1
    return partner[:people]


def two_circles(one: int, other: int, rounds: int) -> NDArray[np.int32]:
    """The same for two groups, whose rows follow each other; of the larger one some have nobody, and others in turn."""
    partner = np.full((one + other, rounds), -1, np.int32)
    fewer, more = min(one, other), max(one, other)
    rows = np.arange(one), one + np.arange(other)
    small, large = rows if one <= other else rows[::-1]
    # On past all who had somebody; one further whenever that has come round, as it would begin again.
    lap = more // math.gcd(fewer, more) if fewer else 1
    for number in range(rounds if fewer else 0):
        opposite = (np.arange(fewer) + number * fewer + number // lap) % more
        partner[small, number] = large[opposite]
        partner[large[opposite], number] = small
    return partner
