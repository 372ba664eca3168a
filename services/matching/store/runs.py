"""Match runs and what they propose."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.matching.domain.match_run import COMPUTED, MATCH_RUN, MatchRun, MatchRunState
from services.matching.domain.proposal import AlreadyProposed, Proposal, ProposalState
from shared.storage import Document, Index, Repository
from shared.storage.repository import converter

COLLECTION = "match_runs"
PROPOSALS = "proposals"

STANDING = [state.value for state in ProposalState if state is not ProposalState.DISMISSED]

INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("_id", 1))),
    Index(COLLECTION, (("due_at", 1),), name="to_compute"),
    Index(PROPOSALS, (("tenant", 1), ("run_id", 1), ("_id", 1))),
    Index(
        PROPOSALS,
        (("run_id", 1), ("mentor_id", 1), ("mentee_id", 1)),
        unique=True,
        partial={"state": {"$in": STANDING}},
        name="pair_of_run",
    ),
)


class Runs(Repository[MatchRun]):
    """Match runs; one with a `due_at` waits for a worker."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[COLLECTION], MatchRun, "match run")

    def report(self, run_id: str, token: str, stage: str, progress: float, now: datetime) -> bool:
        """Says how far the worker is that holds the claim of this token; False where it does so no longer.

        Nothing but these fields is written: the claim lives in the same document.
        """
        state = MatchRunState.COMPUTING.value
        result = self.collection.update_one(
            {"_id": run_id, "claim.token": token, "state": {"$in": list(MATCH_RUN.table["compute"])}},
            {
                "$set": {"state": state, "stage": stage, "progress": progress, "updated_at": now},
                "$inc": {"version": 1},
            },
        )
        return result.matched_count == 1

    def last_computed(self, tenant: str, program_id: str) -> str | None:
        """The id of the program's latest run that came out, and is not thrown away."""
        came_out = {"$in": [state.value for state in COMPUTED]}
        where = {"tenant": tenant, "program_id": program_id, "state": came_out}
        found = self.collection.find_one(where, {"_id": 1}, sort=[("_id", -1)])
        return None if found is None else found["_id"]

    def unmatched(self, tenant: str, run_id: str) -> tuple[str, list[Document]]:
        """Where those stand whom the run left without a partner: a collection, and the stages that get them from it.

        They come as `member_id`, `role` and `reason`; the database counts them where they are.
        """
        stages: list[Document] = [
            {"$match": {"_id": run_id, "tenant": tenant}},
            {"$unwind": "$unmatched"},
            {"$replaceRoot": {"newRoot": "$unmatched"}},
        ]
        return self.collection.name, stages


class Proposals(Repository[Proposal]):
    """Pairs proposed; one that was dismissed may be proposed again."""

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database[PROPOSALS], Proposal, "proposal")
        self._runs = database[COLLECTION]

    def add(self, session: ClientSession, proposal: Proposal) -> None:
        """Writes a new one. Raises AlreadyProposed."""
        try:
            self.insert(session, proposal)
        except DuplicateKeyError:
            raise AlreadyProposed(proposal.mentor_id, proposal.mentee_id) from None

    def add_all(self, session: ClientSession, proposals: Sequence[Proposal]) -> None:
        """Writes those of a run that was just computed."""
        documents: list[Document] = [converter.unstructure(proposal) for proposal in proposals]
        if documents:
            self.collection.insert_many([{"_id": each.pop("id"), **each} for each in documents], session=session)

    def approve_all(self, session: ClientSession, tenant: str, run_id: str, now: datetime) -> None:
        """Approves what nobody has decided on."""
        self.collection.update_many(
            {"tenant": tenant, "run_id": run_id, "state": ProposalState.PROPOSED.value},
            {"$set": {"state": ProposalState.APPROVED.value, "updated_at": now}, "$inc": {"version": 1}},
            session=session,
        )

    def in_state(
        self, tenant: str, run_id: str, state: ProposalState, session: ClientSession | None = None
    ) -> Sequence[Proposal]:
        """All of the run that stand there."""
        return self.page(tenant, {"run_id": run_id, "state": state.value}, limit=0, session=session)

    def passed_over(self, session: ClientSession, tenant: str, run_id: str) -> Sequence[Proposal]:
        """Those that could not be published."""
        where = {"run_id": run_id, "skipped": {"$type": "string"}}
        return self.page(tenant, where, limit=0, session=session)

    def dismissed(self, session: ClientSession, tenant: str, run_id: str, limit: int) -> Sequence[Proposal]:
        """Up to `limit` that a coordinator does not want, in order of id; not those that publishing passed over."""
        where = {"run_id": run_id, "state": ProposalState.DISMISSED.value, "skipped": None}
        return self.page(tenant, where, limit=limit, session=session)

    def decided_beforehand(self, session: ClientSession, tenant: str, run_id: str) -> Sequence[Proposal]:
        """Those that were locked, or added by hand: no engine chose them."""
        where = {"run_id": run_id, "$or": [{"locked": True}, {"by_hand": True}]}
        return self.page(tenant, where, limit=0, session=session)

    def of_members(self, tenant: str, member_ids: Collection[str]) -> Sequence[Proposal]:
        """All that propose one of these members; reads all proposals."""
        ids = {"$in": sorted(member_ids)}
        return self.page(tenant, {"$or": [{"mentor_id": ids}, {"mentee_id": ids}]}, limit=0)

    def standing(self, session: ClientSession, tenant: str, programs: Collection[str]) -> Sequence[Proposal]:
        """Those under review in these programs."""
        ready = {"tenant": tenant, "program_id": {"$in": sorted(programs)}, "state": MatchRunState.READY.value}
        runs = [run["_id"] for run in self._runs.find(ready, {"_id": 1}, session=session)]
        undecided = [ProposalState.PROPOSED.value, ProposalState.APPROVED.value]
        return self.page(tenant, {"run_id": {"$in": runs}, "state": {"$in": undecided}}, limit=0, session=session)

    def staged(self, tenant: str, program_id: str, session: ClientSession | None = None) -> frozenset[tuple[str, str]]:
        """The pairs (mentor, mentee) that a coordinator has approved and not yet published: they hold seats."""
        ready = {"tenant": tenant, "program_id": program_id, "state": MatchRunState.READY.value}
        runs = [run["_id"] for run in self._runs.find(ready, {"_id": 1}, session=session)]
        where = {"tenant": tenant, "run_id": {"$in": runs}, "state": ProposalState.APPROVED.value}
        found = self.collection.find(where, {"mentor_id": 1, "mentee_id": 1}, session=session)
        return frozenset((each["mentor_id"], each["mentee_id"]) for each in found)
