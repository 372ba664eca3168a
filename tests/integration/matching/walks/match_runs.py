"""A match run and the pairs that it proposes: computed, reviewed, published, by workers of whom some die."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.matching.commands import compute_match_run as computing
from services.matching.commands.compute_match_run import MOST_ATTEMPTS
from services.matching.domain.enrollment import Role
from services.matching.domain.match_run import COMPUTED, MATCH_RUN, MatchRunState
from services.matching.domain.proposal import PROPOSAL, ProposalState
from services.matching.store import runs
from shared.messaging.due import Claimed, claim
from tests.integration.matching.association import TENANT
from tests.integration.matching.cohort import cohort, speaker
from tests.integration.matching.walks.walk import Seen, Step, Walk, seen

QUEUED, COMPUTING, READY = MatchRunState.QUEUED, MatchRunState.COMPUTING, MatchRunState.READY
PUBLISHED, FAILED, DISCARDED = MatchRunState.PUBLISHED, MatchRunState.FAILED, MatchRunState.DISCARDED
PROPOSED, APPROVED, DISMISSED = ProposalState.PROPOSED, ProposalState.APPROVED, ProposalState.DISMISSED
NUMBER = st.integers(0, 5)
WHO = st.sampled_from(["staff", "staff", "staff", "member"])


class Killed(BaseException):
    """The process is gone: nothing catches it."""


class Matching(Walk):
    """A small program in which everybody fits somebody."""

    def begin(self) -> None:
        self.program = self.association.program()
        _, [self.mentee, *_] = cohort(self.association, self.program, 2)
        speaker(self.association, self.program, Role.MENTOR, "skill 0")
        self.ask_for_a_run()

    def ask_for_a_run(self) -> None:
        path = f"/v1/programs/{self.program.id}/match-runs"
        made = self.association.coordinator("POST", path, {"objective": "best_score"})
        self.run: str = made.json["id"]

    def runs(self) -> list[Any]:
        return list(self.association.store.runs.page(TENANT, {"program_id": self.program.id}, limit=0))

    def proposals(self) -> list[Any]:
        """Of all runs that were shown."""
        shown = [each.id for each in self.runs() if each.was_computed]
        where = {"program_id": self.program.id, "run_id": {"$in": shown}}
        return list(self.association.store.proposals.page(TENANT, where, limit=0))

    def one(self, number: int) -> Any:
        found = self.runs()
        return found[number % len(found)]

    @rule()
    def another_run(self) -> None:
        if len(self.runs()) < 4:
            self.ask_for_a_run()
            self.settle(changed=True)

    @rule()
    def workers_work(self) -> None:
        self.pass_by(seconds=1)

    @rule(who=WHO, number=NUMBER, verb=st.sampled_from(["cancel", "discard"]))
    def drop(self, who: str, number: int, verb: str) -> None:
        run = self.one(number)
        may = who == "staff" and MATCH_RUN.allows(run.state, verb)
        self._call(who, "POST", f"/v1/match-runs/{run.id}/{verb}", may=may)

    @rule(who=WHO, number=NUMBER, approve_all=st.booleans())
    def publish(self, who: str, number: int, approve_all: bool = False) -> None:
        run = self.one(number)
        may = who == "staff" and run.state in COMPUTED
        self._call(who, "POST", f"/v1/match-runs/{run.id}/publish", {"approve_all": approve_all}, may=may)

    @rule(who=WHO, number=NUMBER, state=st.sampled_from([APPROVED, APPROVED, DISMISSED]))
    def decide(self, who: str, number: int, state: ProposalState) -> None:
        proposals = self.proposals()
        if not proposals:
            return
        proposal = proposals[number % len(proposals)]
        run = self.association.store.runs.get(TENANT, proposal.run_id)
        verb = "approve" if state is APPROVED else "dismiss"
        moves = run.state is READY and PROPOSAL.allows(proposal.state, verb)
        may = who == "staff" and (state is proposal.state or moves)
        self._call(who, "PATCH", f"/v1/proposals/{proposal.id}", {"state": state.value}, may=may)

    @rule(number=NUMBER, verb=st.sampled_from(["rerun", "compare", "report"]))
    def look_back(self, number: int, verb: str) -> None:
        """What changes nothing in the run."""
        run = self.one(number)
        if verb == "rerun" and len(self.runs()) > 4:
            return
        method, path = {
            "rerun": ("POST", f"/v1/match-runs/{run.id}/rerun"),
            "compare": ("GET", f"/v1/match-runs/{run.id}/compare?with={run.id}"),
            "report": ("GET", f"/v1/programs/{self.program.id}/report?run={run.id}"),
        }[verb]
        may = run.state in COMPUTED
        self._call("staff", method, path, may=may)
        if may and self.machine is MATCH_RUN:
            self.walked.add((verb, run.state))

    @rule()
    def a_worker_dies_at_once(self) -> None:
        if self._claimed() is not None:
            self._waited()

    @rule()
    def a_worker_dies_computing(self) -> None:
        claimed = self._claimed()
        if claimed is None:
            return
        work = self._work()
        if claimed.attempts > MOST_ATTEMPTS:
            work.perform(self.association.foundation.unit_of_work, claimed)
        else:
            with patch.object(computing, "take_match_input", side_effect=Killed):
                try:
                    work.perform(self.association.foundation.unit_of_work, claimed)
                except Killed:
                    self._waited()
        self.settle(changed=True)

    def _work(self) -> Any:
        return next(each for each in self.association.service.due if each.name == "match_run")

    def _claimed(self) -> Claimed | None:
        return claim(self.association.foundation.database, self._work(), self.association.clock.now())

    def _waited(self) -> None:
        """So long that another worker may take over."""
        collection = self.association.foundation.database[runs.COLLECTION]
        collection.update_many({"claim": {"$type": "object"}}, [{"$set": {"claim.until": "$$NOW"}}])

    def _call(self, who: str, method: str, path: str, body: Any = None, *, may: bool) -> None:
        if who == "staff":
            self.staff(method, path, body, may=may)
        else:
            self.ask(self.mentee, method, path, body, may=may)


class MatchRuns(Matching):
    """The runs; others hear of one when it is published."""

    machine = MATCH_RUN
    beginnings = (QUEUED,)
    types = ("match_run.published.v1",)
    most_changes = 1_000_000
    """A worker counts each sign of life."""

    def things(self) -> Mapping[str, Seen]:
        return seen(self.association.store.runs)

    def _verbs(self, was: Seen, thing: Seen, allowed: Sequence[Step]) -> list[tuple[str, Any]]:
        """That a worker begins, or goes on, is said by its first sign of life and asked of no table."""
        begun = was.whole.heartbeat_at != thing.whole.heartbeat_at and was.state in (QUEUED, COMPUTING)
        first = [Step(self.machine.kind, "compute", was.state)] if begun else []
        return super()._verbs(was, thing, [*first, *allowed])

    def tells(self, verb: str, before: Seen, after: Seen) -> Sequence[str]:
        return self.types if verb == "publish" and after.state is PUBLISHED else ()

    def agrees(self, identifier: str, thing: Seen) -> None:
        run = thing.whole
        assert (run.due_at is not None) is (thing.state in (QUEUED, COMPUTING))
        assert (run.failure is not None) is (thing.state is FAILED)
        assert (run.progress == 1.0) is run.was_computed
        assert (run.started_at is None) is (thing.state is QUEUED) or thing.state in (FAILED, DISCARDED)
        made = [each for each in self.proposals() if each.run_id == identifier]
        if thing.state is PUBLISHED:
            assert run.published == sum(each.state is ProposalState.PUBLISHED for each in made)
            assert not any(each.state is APPROVED for each in made)

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        def nothing(_runs: Any) -> None:
            """It waits for a worker."""

        def died(runs: Any) -> None:
            runs.a_worker_dies_computing()

        def ready(runs: Any) -> None:
            runs.workers_work()
            for verb in ("rerun", "compare", "report"):
                runs.look_back(0, verb)

        def published(runs: Any) -> None:
            ready(runs)
            runs.decide("staff", 0, APPROVED)
            runs.publish("staff", 0)
            for verb in ("rerun", "compare", "report"):
                runs.look_back(0, verb)

        def failed(runs: Any) -> None:
            for _ in range(MOST_ATTEMPTS - 1):
                runs.a_worker_dies_at_once()
            runs.workers_work()

        yield published
        yield lambda runs: (died(runs), died(runs), runs.workers_work())
        for before in (nothing, died):
            yield lambda runs, before=before: (before(runs), runs.a_worker_dies_at_once(), failed(runs))  # type: ignore[misc]
            for verb in ("cancel", "discard"):
                yield lambda runs, before=before, verb=verb: (before(runs), runs.drop("staff", 0, verb))  # type: ignore[misc]
        yield lambda runs: (ready(runs), runs.drop("staff", 0, "discard"))


class Proposals(Matching):
    """The pairs, as far as they are shown."""

    machine = PROPOSAL
    beginnings = (PROPOSED,)
    most_changes = 2
    """All are approved, and published, by one request."""

    def things(self) -> Mapping[str, Seen]:
        return {each.id: Seen(each.state, each.version, each) for each in self.proposals()}

    def publish(self, who: str, number: int, approve_all: bool = False) -> None:
        """All at once are approved without the table being asked for each."""
        if approve_all:
            self.allowed.append(Step(self.machine.kind, "approve", PROPOSED))
        super().publish(who, number, approve_all)

    def agrees(self, identifier: str, thing: Seen) -> None:
        proposal = thing.whole
        assert (proposal.mentorship_id is not None) is (thing.state is ProposalState.PUBLISHED)
        assert proposal.skipped is None or thing.state is DISMISSED

    @classmethod
    def everywhere(cls) -> Iterator[Callable[[Any], object]]:
        def ways(*states: ProposalState) -> Callable[[Any], object]:
            def way(pairs: Any) -> None:
                pairs.workers_work()
                for state in states:
                    pairs.decide("staff", 0, state)
                pairs.publish("staff", 0)

            return way

        yield ways(APPROVED)
        yield ways(DISMISSED)
        yield ways(APPROVED, DISMISSED)
