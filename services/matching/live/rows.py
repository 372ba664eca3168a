"""Who stands in which row of a segment."""

from collections.abc import Mapping, Sequence


class Rows:
    """Ids by row, "" for whoever was struck out; the last row is nobody's for good."""

    def __init__(self, ids: Sequence[str], alive: int) -> None:
        self.ids = list(ids)
        self.alive = alive

    @property
    def size(self) -> int:
        """Rows, struck out or not."""
        return len(self.ids) - 1

    def rows(self) -> Mapping[str, int]:
        """Where everybody is who was encoded."""
        return {member_id: row for row, member_id in enumerate(self.ids[:-1]) if member_id}

    def let_go(self, rows: Sequence[int]) -> None:
        """Of who is in these rows not even the id is left."""
        for row in rows:
            self.ids[row] = ""
        self.alive -= len(rows)
