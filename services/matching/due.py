"""What a date makes matching do: a table of contents, beside `reactions.py`."""

from collections.abc import Callable, Sequence

from services.matching.commands.compute_match_run import compute_match_run
from services.matching.commands.end_measure import end_measure
from services.matching.commands.erase_member import erasures
from services.matching.commands.follow_up_request import follow_up_request
from services.matching.commands.forget_report import forget_report
from services.matching.commands.publish_match_run import go_on_publishing
from services.matching.commands.pulse import LEASE_SECONDS
from services.matching.commands.remind_to_ask import remind_to_ask
from services.matching.commands.say_attendance import follow_up_session
from services.matching.commands.search_match_part import Helping
from services.matching.commands.settle_merge import settle_merge
from services.matching.commands.settle_suspension import settle_suspension
from services.matching.commands.sweep_attendees import sweep_attendees
from services.matching.commands.sweep_program import sweep_program
from services.matching.commands.tell_plan_item import tell_plan_item
from services.matching.commands.watch_mentorship import watch_mentorship
from services.matching.commands.wind_down_mentorship import wind_down_mentorship
from services.matching.commands.write_feedback import reveal_feedback
from services.matching.commands.write_template import update_plans
from services.matching.domain.match_run import PUBLISHING
from services.matching.store import (
    Store,
    attendee_sweeps,
    enrollments,
    measures,
    mentorships,
    plans,
    program_sweeps,
    reports,
    requests,
    runs,
    sessions,
    surveys,
    suspensions,
    watches,
)
from shared.messaging.due import Claimed, DueWork
from shared.messaging.unit_of_work import Transaction, UnitOfWork

Command = Callable[[Transaction, Store, str], None]
Task = Callable[[UnitOfWork, Store, Claimed], None]


def due(store: Store, issuer: str) -> Sequence[DueWork]:
    """The due work, bound to the store; `issuer` is that of the callers' tokens."""
    return (
        # Before what it makes due.
        DueWork("program_sweep", program_sweeps.COLLECTION, _by_itself(store, sweep_program)),
        DueWork("request_follow_up", requests.COLLECTION, _at_once(store, follow_up_request), requests.DUE),
        DueWork("first_request", enrollments.COLLECTION, _at_once(store, remind_to_ask), enrollments.DUE),
        DueWork("mentorship_end", mentorships.COLLECTION, _at_once(store, wind_down_mentorship), mentorships.DUE),
        DueWork("plan_item", plans.COLLECTION, _at_once(store, tell_plan_item), plans.DUE),
        DueWork("template", plans.TEMPLATES, _by_itself(store, update_plans)),
        DueWork("mentorship_watch", watches.COLLECTION, _at_once(store, watch_mentorship)),
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
        DueWork("report_evidence", reports.COLLECTION, _at_once(store, forget_report)),
        DueWork("measure_end", measures.COLLECTION, _at_once(store, end_measure)),
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
