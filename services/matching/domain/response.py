"""How soon a mentor answers, as a band: the number itself is shown to nobody."""

from collections.abc import Sequence
from enum import StrEnum
from statistics import median

REMEMBERED = 20
"""The last answers count: whoever has become quicker is seen to be."""

_DAY = 24


class Band(StrEnum):
    """The median time to the first answer."""

    UNDER_2_DAYS = "under_2_days"
    UNDER_A_WEEK = "under_a_week"
    SLOWER = "slower"


def band_of(answer_hours: Sequence[int], fewest: int) -> Band | None:
    """The band of these times, in hours; None where there are fewer than `fewest`."""
    if len(answer_hours) < fewest:
        return None
    hours = median(answer_hours)
    if hours < 2 * _DAY:
        return Band.UNDER_2_DAYS
    return Band.UNDER_A_WEEK if hours < 7 * _DAY else Band.SLOWER
