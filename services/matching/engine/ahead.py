"""`python -m services.matching.engine.ahead`: compiles what large pools need, for an image or before the first of them.

It takes half a minute, and nothing where it has been done.
"""

from datetime import UTC, datetime

import numpy as np

from services.matching.domain.member import Member
from services.matching.engine import scan
from services.matching.engine.features import features
from services.matching.engine.filling import filled
from services.matching.engine.marks import cells
from services.matching.engine.pool import Criteria, Place, Pool
from services.matching.engine.search import Question


def compile_ahead() -> None:
    """Runs everything that is compiled, with one mentor and one mentee."""
    now = datetime.now(UTC)
    mentor, mentee = (Place(Member(id=each, tenant="", version=1, updated_at=now), 1) for each in ("mentor", "mentee"))
    known = features(Pool((mentor,), (mentee,), now.date()))
    scan.search(Question(known, Criteria(), 1, cells(known.mentees.members, known.mentors.members, ())))
    first, one = np.zeros(1, np.int64), np.ones(1, np.int64)
    filled(first, first, one, np.zeros(1, np.bool_), one, one)


if __name__ == "__main__":
    compile_ahead()
