"""What a date makes matching do: a table of contents, beside `reactions.py`."""

from collections.abc import Callable, Sequence

from services.matching.commands.compute_match_run import compute_match_run
from services.matching.commands.erase_member import erasures
from services.matching.commands.follow_up_request import follow_up_request
from services.matching.commands.publish_match_run import go_on_publishing
from services.matching.commands.pulse import LEASE_SECONDS
from services.matching.commands.say_attendance import follow_up_session
from services.matching.commands.search_match_part import Helping
from services.matching.commands.settle_merge import settle_merge
from services.matching.commands.settle_suspension import settle_suspension
from services.matching.commands.sweep_attendees import sweep_attendees
from services.matching.commands.wind_down_mentorship import wind_down_mentorship
from services.matching.commands.write_feedback import reveal_feedback
from services.matching.domain.match_run import PUBLISHING
from services.matching.store import Store, attendee_sweeps, mentorships, requests, runs, sessions, surveys, suspensions
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

Command = Callable[[Transaction, Store, str], None]
Task = Callable[[UnitOfWork, Store, Claimed], None]


def due(store: Store, issuer: str) -> Sequence[DueWork]:
    """The due work, bound to the store; `issuer` is that of the callers' tokens."""
    return (
        DueWork("request_follow_up", requests.COLLECTION, _at_once(store, follow_up_request), requests.DUE),
        DueWork("mentorship_end", mentorships.COLLECTION, _at_once(store, wind_down_mentorship), mentorships.DUE),
        DueWork("session_follow_up", sessions.COLLECTION, _at_once(store, follow_up_session)),
        DueWork("survey", surveys.COLLECTION, _at_once(store, reveal_feedback)),
        DueWork(
            "match_run",
            runs.COLLECTION,
            _by_itself(store, compute_match_run),
            {"stage": {"$ne": PUBLISHING}},
            lease_seconds=LEASE_SECONDS,
        ),
        DueWork(
            "match_run_publication",
            runs.COLLECTION,
            _by_itself(store, go_on_publishing),
            {"stage": PUBLISHING},
            lease_seconds=LEASE_SECONDS,
        ),
        Helping(store).work(),
        DueWork("attendee_sweep", attendee_sweeps.COLLECTION, _by_itself(store, sweep_attendees)),
        erasures(store, issuer),
        DueWork("suspension", suspensions.COLLECTION, _at_once(store, settle_suspension)),
        store.second_looks.work("settle_merge", lambda current, member_id: settle_merge(current, store, member_id)),
    )


def _at_once(store: Store, command: Command) -> Callable[[UnitOfWork, Claimed], None]:
    """For work without network: one transaction ends the claim and does all of it."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        def work(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            command(transaction, store, claimed.document["_id"])

        unit_of_work.run(work, tenant=claimed.document["tenant"])

    return perform


def _by_itself(store: Store, task: Task) -> Callable[[UnitOfWork, Claimed], None]:
    """For work of several transactions, which ends the claim itself."""
    return lambda unit_of_work, claimed: task(unit_of_work, store, claimed)
