"""Match runs and what they propose."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.matching.domain.match_run import COMPUTED, MatchRun, MatchRunState, Unmatched
from services.matching.domain.parts import FULL
from services.matching.domain.proposal import AlreadyProposed, Proposal, ProposalState
from shared.storage import Document, Index, Repository
from shared.storage.repository import converter

COLLECTION = "match_runs"
PROPOSALS = "proposals"
UNMATCHED = "run_unmatched"
_UNMATCHED_TOGETHER = 10_000

STANDING = [state.value for state in ProposalState if state is not ProposalState.DISMISSED]


def points(score: str) -> Document:
    """The whole basis points of a score or a sum of scores, as the database works them out."""
    return {"$toInt": {"$round": [{"$multiply": [score, FULL]}, 0]}}


INDEXES = (
    Index(COLLECTION, (("tenant", 1), ("program_id", 1), ("_id", 1))),
    Index(COLLECTION, (("due_at", 1),), name="to_compute"),
    Index(UNMATCHED, (("run_id", 1), ("_id", 1))),
    Index(PROPOSALS, (("tenant", 1), ("run_id", 1), ("_id", 1))),
    Index(PROPOSALS, (("run_id", 1), ("state", 1), ("_id", 1))),
    Index(PROPOSALS, (("run_id", 1), ("state", 1), ("mentor_id", 1), ("_id", 1))),
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
        self._unmatched = database[UNMATCHED]

    def report(
        self, run_id: str, token: str, stage: str, progress: float, *, lease_seconds: float, computing: bool
    ) -> bool:
        """Says how far the worker is that holds the claim of this token, and renews it; False where it has passed on.

        Nothing but these fields is written. Every other change of a run leaves it without a claim.
        """
        lasts = {"$add": ["$$NOW", int(lease_seconds * 1000)]}
        said: Document = {"stage": stage, "progress": progress, "heartbeat_at": "$$NOW", "updated_at": "$$NOW"}
        if computing:
            said |= {"state": MatchRunState.COMPUTING.value, "started_at": {"$ifNull": ["$started_at", "$$NOW"]}}
        counted = {"version": {"$add": ["$version", 1]}, "claim.until": lasts}
        result = self.collection.update_one({"_id": run_id, "claim.token": token}, [{"$set": said | counted}])
        return result.matched_count == 1

    def keep_unmatched(self, session: ClientSession, run_id: str, tenant: str, unmatched: Sequence[Unmatched]) -> None:
        """Keeps those without a partner, in place of what was kept."""
        self._unmatched.delete_many({"run_id": run_id}, session=session)
        for first in range(0, len(unmatched), _UNMATCHED_TOGETHER):
            some = unmatched[first : first + _UNMATCHED_TOGETHER]
            rows = [[one.member_id, one.role, one.reason] for one in some]
            kept = {"_id": f"{run_id}:{first:09d}", "tenant": tenant, "run_id": run_id, "rows": rows}
            self._unmatched.insert_one(kept, session=session)

    def unmatched(self, run: MatchRun) -> tuple[Unmatched, ...]:
        """Everyone without a partner; none of a run that was not computed."""
        if run.unmatched is not None:  # as it was kept before 0.2
            return run.unmatched
        kept = self._unmatched.find({"tenant": run.tenant, "run_id": run.id}).sort("_id", 1)
        return tuple(Unmatched(*row) for each in kept for row in each["rows"])

    def last_computed(self, tenant: str, program_id: str) -> str | None:
        """The id of the program's latest run that came out, and is not thrown away."""
        came_out = {"$in": [state.value for state in COMPUTED]}
        where = {"tenant": tenant, "program_id": program_id, "state": came_out}
        found = self.collection.find_one(where, {"_id": 1}, sort=[("_id", -1)])
        return None if found is None else found["_id"]

    def whereabouts_of_unmatched(self, tenant: str, run_id: str) -> tuple[str, list[Document]]:
        """Where those stand whom the run left without a partner: a collection, and the stages that get them from it.

        They come as `member_id`, `role` and `reason`, so that the database counts them where they are.
        """
        before = {"_id": run_id, "tenant": tenant, "unmatched": {"$type": "array"}}  # as it was kept before 0.2
        if self.collection.count_documents(before, limit=1):
            return self.collection.name, [
                {"$match": before},
                {"$unwind": "$unmatched"},
                {"$replaceRoot": {"newRoot": "$unmatched"}},
            ]
        names = ("member_id", "role", "reason")
        return self._unmatched.name, [
            {"$match": {"tenant": tenant, "run_id": run_id}},
            {"$unwind": "$rows"},
            {"$project": {name: {"$arrayElemAt": ["$rows", at]} for at, name in enumerate(names)}},
        ]


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

    def put_all(self, session: ClientSession, proposals: Sequence[Proposal]) -> None:
        """Writes those of a run that is computed, but for those that are there: whoever computes it finds the same."""
        among = {"_id": {"$in": [proposal.id for proposal in proposals]}}
        there = {each["_id"] for each in self.collection.find(among, {"_id": 1}, session=session)}
        documents: list[Document] = [converter.unstructure(each) for each in proposals if each.id not in there]
        if documents:
            self.collection.insert_many([{"_id": each.pop("id"), **each} for each in documents], session=session)

    def drop(self, run_id: str) -> None:
        """Removes those of a run that nobody has seen or will see."""
        self.collection.delete_many({"run_id": run_id})

    def drop_of_members(self, session: ClientSession, run_id: str, member_ids: Collection[str]) -> None:
        """Removes those of these members, of a run that nobody has seen yet."""
        ids = {"$in": sorted(member_ids)}
        self.collection.delete_many(
            {"run_id": run_id, "$or": [{"mentor_id": ids}, {"mentee_id": ids}]}, session=session
        )

    def count(self, session: ClientSession, tenant: str, run_id: str, state: ProposalState) -> int:
        """How many of the run stand there."""
        where = {"tenant": tenant, "run_id": run_id, "state": state.value}
        return self.collection.count_documents(where, session=session)

    def approve_all(self, session: ClientSession, tenant: str, run_id: str, now: datetime) -> None:
        """Approves what nobody has decided on."""
        self.collection.update_many(
            {"tenant": tenant, "run_id": run_id, "state": ProposalState.PROPOSED.value},
            {"$set": {"state": ProposalState.APPROVED.value, "updated_at": now}, "$inc": {"version": 1}},
            session=session,
        )

    def to_publish(self, tenant: str, run_id: str, *, limit: int) -> Sequence[Proposal]:
        """So many of the run that were approved, those of one mentor one after the other."""
        where = {"tenant": tenant, "run_id": run_id, "state": ProposalState.APPROVED.value}
        found = self.collection.find(where).sort([("mentor_id", 1), ("_id", 1)]).limit(limit)
        return [self.from_document(document) for document in found]

    def share_published(self, tenant: str, run_id: str) -> float:
        """How many of those that were approved are not to be published any more, from 0 to 1."""
        of_run = {"tenant": tenant, "run_id": run_id}
        left = self.collection.count_documents({**of_run, "state": ProposalState.APPROVED.value})
        done = self.collection.count_documents({**of_run, "state": ProposalState.PUBLISHED.value})
        return done / max(1, done + left)

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
