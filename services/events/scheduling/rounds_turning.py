"""Tables at which nobody meets twice, by construction, and those who may not meet never.

People stand in as many columns as a table has seats, a row for each table. In round k table t seats from column c row
t + k * c, counted around. Whoever stand in one column never meet, and two of different columns once at most while
rounds * seats <= tables: so columns are where those belong who are to be kept apart.
"""

from typing import NamedTuple

import numpy as np

from services.events.scheduling.compiling import compiled, inlined
from services.events.scheduling.rounds import Flags, Ints, Longs
from services.events.scheduling.rounds_graph import Barred

_NOWHERE = -1


class Standing(NamedTuple):
    """Where people stand, by their row, and who stands where."""

    column: Ints
    row: Ints
    occupied: Flags


def turned(x: Barred, people: int, rounds: int, tables: int) -> Ints:
    """People x rounds: the table of each, everybody there all the time. Tables may come to be short of one.

    Those who may not meet never do, as long as there is a place left for each that keeps them apart.
    """
    columns = max(1, -(-people // tables))
    standing = Standing(
        np.full(people, _NOWHERE, np.int32), np.zeros(people, np.int32), np.zeros((columns, tables), np.bool_)
    )
    # The last column is the one that is not full.
    standing.occupied[columns - 1, people - (columns - 1) * tables :] = True
    order = np.argsort(-np.diff(x.forbidden_start), kind="stable")
    _stand(x, standing, order, rounds, np.zeros(columns, np.int64))
    number = np.arange(rounds)
    table = (standing.row[:, None] - number * standing.column[:, None]) % tables
    return table.astype(np.int32)


@compiled
def _stand(x: Barred, s: Standing, order: Longs, rounds: int, from_row: Longs) -> None:  # pragma: no cover
    """Those with most to avoid choose first; `from_row` is where in each column there may be room."""
    for person in order:
        first = x.forbidden_start[person]
        # Next to one of those to avoid is where they are safe from that one, at least.
        near = 0
        for n in range(first, x.forbidden_start[person + 1]):
            near = max(near, s.column[x.forbidden[n]])
        if not _found(x, s, person, near, rounds, from_row, strict=True):
            _found(x, s, person, near, rounds, from_row, strict=False)


@inlined
def _found(
    x: Barred, s: Standing, person: int, near: int, rounds: int, from_row: Longs, strict: bool
) -> bool:  # pragma: no cover
    columns, tables = s.occupied.shape
    for turn in range(columns):
        column = (near + turn) % columns
        while from_row[column] < tables and s.occupied[column, from_row[column]]:
            from_row[column] += 1
        for row in range(from_row[column], tables):
            if not s.occupied[column, row] and (not strict or _apart(x, s, person, column, row, rounds)):
                s.column[person], s.row[person] = column, row
                s.occupied[column, row] = True
                return True
    return False


@inlined
def _apart(x: Barred, s: Standing, person: int, column: int, row: int, rounds: int) -> bool:  # pragma: no cover
    tables = s.occupied.shape[1]
    for n in range(x.forbidden_start[person], x.forbidden_start[person + 1]):
        other = x.forbidden[n]
        if s.column[other] == _NOWHERE or s.column[other] == column:
            continue
        for number in range(rounds):
            if (row - s.row[other] - number * (column - s.column[other])) % tables == 0:
                return False
    return True
