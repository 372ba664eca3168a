"""Any worker looks for the candidates of a part of a match run: by the same input it finds what any other would."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.matching.domain.match_run import MatchRun, MatchRunState
from services.matching.engine.candidates import Candidates, list_length
from services.matching.engine.features import Features
from services.matching.engine.matching import prepared
from services.matching.engine.partition import candidates_of
from services.matching.engine.pool import Criteria, Pair
from services.matching.engine.search import Progress, silent
from services.matching.store import Store, run_parts
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import UnitOfWork

LEASE_SECONDS = 120.0
"""A part takes seconds; the first of a process, while what is compiled is loaded, may take a minute."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What all parts of a run have in common; `k` is the length of a list."""

    known: Features
    criteria: Criteria
    locked: Sequence[Pair]
    k: int

    def of(self, rows: range, progress: Progress = silent) -> Candidates:
        """What is found in one part."""
        return candidates_of(self.known, self.criteria, self.k, self.locked, rows, progress=progress)


def asked(store: Store, run: MatchRun) -> Asked:
    """By the run's kept input. Raises LookupError where there is none."""
    kept = store.run_inputs.read(run.id)
    known = prepared(kept.pool, kept.criteria, kept.locked, run.seed)
    return Asked(known, kept.criteria, kept.locked, list_length(known, None))


def search_part(store: Store, claimed: Claimed, question: Asked, progress: Progress = silent) -> None:
    """Searches the claimed part and keeps what was found. Raises LeaseLost where another worker has it."""
    rows = range(claimed.document["first"], claimed.document["last"])
    store.run_parts.answer(claimed, question.of(rows, progress))


class Helping:
    """A worker that helps with runs of others: it keeps what it needs of one run until none of its parts is left."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._run_id: str | None = None
        self._question: Asked | None = None

    def work(self) -> DueWork:
        """The due work of it."""
        return DueWork("match_part", run_parts.COLLECTION, self._perform, lease_seconds=LEASE_SECONDS)

    def _perform(self, _unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        run_id = claimed.document["run_id"]
        run = self._store.runs.find(claimed.document["tenant"], run_id)
        if run is None or run.state is not MatchRunState.COMPUTING:
            self._store.run_parts.drop(run_id)
            return
        if self._question is None or self._run_id != run_id:
            self._question = None  # before the next one is there: two at once would take the memory of both
            self._question, self._run_id = asked(self._store, run), run_id
        search_part(self._store, claimed, self._question)
        if not self._store.run_parts.waiting(run_id):
            self._question = None
