"""An assignment and what may still change about it, laid out for compiled code: hosts on one side, guests on the other.

A price says what one more place of a person would be worth. While no edge gains more than the prices at its two ends
and none that is taken gains less, the assignment is the best there is: linear programming calls such prices the dual.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.compiling import compiled

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Residual(NamedTuple):
    """Edges by their number, each guest's one after the other: from `by_guest[guest]` on.

    Those of a host are `at_host[by_host[host] : by_host[host + 1]]`. The edges taken of a guest are the first
    `holding[guest]` from `held[room[guest]]` on; `spare[guest]` are places with nobody.
    """

    host: Ints
    guest: Ints
    gain: Longs
    taken: Flags
    by_guest: Longs
    by_host: Longs
    at_host: Ints
    room: Longs
    held: Ints
    holding: Ints
    spare: Longs
    host_price: Longs
    guest_price: Longs


def residual(host: Ints, guest: Ints, gain: Longs, taken: Flags, hosts: int, spare: Longs) -> tuple[Residual, Ints]:
    """The edges laid out, all prices still 0, and for each number which edge it was."""
    guests = len(spare)
    by_guest, order = _by(guest, guests)
    host, guest, gain, taken = host[order], guest[order], gain[order], taken[order]
    by_host, at_host = _by(host, hosts)
    chosen = np.flatnonzero(taken)
    holding = np.bincount(guest[chosen], minlength=guests)
    # However many places somebody has, no more are taken than there are edges.
    room = np.concatenate(([0], np.cumsum(np.minimum(holding + spare, np.diff(by_guest))))).astype(np.int64)
    held = np.zeros(int(room[-1]), np.int32)
    first = np.concatenate(([0], np.cumsum(holding)))
    held[room[guest[chosen]] + np.arange(len(chosen)) - first[guest[chosen]]] = chosen
    laid = Residual(
        host=host,
        guest=guest,
        gain=gain,
        taken=taken,
        by_guest=by_guest,
        by_host=by_host,
        at_host=at_host,
        room=room,
        held=held,
        holding=holding.astype(np.int32),
        spare=np.diff(room) - holding,
        host_price=np.zeros(hosts, np.int64),
        guest_price=np.zeros(guests, np.int64),
    )
    return laid, order


def _by(row: Ints, rows: int) -> tuple[Longs, Ints]:
    """Where each row begins among the numbers sorted by row, and these numbers; of one row in their order."""
    start = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=rows)))).astype(np.int64)
    numbers = np.zeros(len(row), np.int32)
    _count_out(row, start[:-1].copy(), numbers)
    return start, numbers


@compiled
def _count_out(row: Ints, free: Longs, numbers: Ints) -> None:  # pragma: no cover
    for number in range(len(row)):
        numbers[free[row[number]]] = number
        free[row[number]] += 1
