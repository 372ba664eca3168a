"""A mentorship is looked at: its health is told where it changed, and whoever is next on the ladder hears of it."""

from services.matching.commands.announce_mentorship import facts_of_pair
from services.matching.commands.create_task import create_task
from services.matching.domain.mentorship import Mentorship
from services.matching.domain.program import Format, Program
from services.matching.domain.watch import Step, Watch
from services.matching.store import Store
from shared.clock import rfc3339
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction

QUIET_MENTORSHIP = "quiet_mentorship"


def watch_mentorship(transaction: Transaction, store: Store, watch_id: str) -> None:
    """Does what is due now, whatever was due when a worker looked; messages are at the watch's version.

    Of two workers one writes the watch first, and the other, reading it anew, finds nothing due.
    """
    watch = store.watches.find(transaction.tenant, watch_id, transaction.session)
    if watch is None or watch.due_at is None or watch.due_at > transaction.now:
        return
    mentorship = store.mentorships.get(transaction.tenant, watch.mentorship_id, transaction.session)
    program = store.programs.get(transaction.tenant, watch.program_id, transaction.session)
    after = watch.after_a_look(mentorship, program.settings, transaction.now)
    saved = store.watches.save(transaction.session, after)
    if saved.told != watch.told:
        _tell_health(transaction, program, mentorship, watch, saved)
    if saved.has_climbed_from(watch):
        _take_step(transaction, store, program, mentorship, saved)


def _tell_health(
    transaction: Transaction, program: Program, mentorship: Mentorship, before: Watch, after: Watch
) -> None:
    met = mentorship.last_contact_at
    data = {
        **facts_of_pair(mentorship),
        "health": after.told.state.value,
        "previous": before.told.state.value,
        "rule": after.told.rule,
        **({} if met is None else {"last_contact_at": rfc3339(met)}),
        **({"coordinator_ids": list(program.coordinator_ids)} if program.coordinator_ids else {}),
    }
    transaction.publish("health.changed.v1", key=after.id, version=after.version, data=data)


def _take_step(transaction: Transaction, store: Store, program: Program, mentorship: Mentorship, watch: Watch) -> None:
    if watch.step is Step.COORDINATOR:
        create_task(
            transaction,
            store,
            QUIET_MENTORSHIP,
            program_id=mentorship.program_id,
            mentorship=mentorship,
            reason=watch.rule,
        )
        return
    # Among peers nobody is the mentee, whose turn it is first.
    one_alone = watch.step is Step.MENTEE and program.format is not Format.PEER
    data = {
        **facts_of_pair(mentorship),
        "id": new_id(),
        "step": watch.step.value,
        "member_ids": [mentorship.mentee_id] if one_alone else list(mentorship.parties),
        "rule": watch.rule,
    }
    transaction.publish("nudge.due.v1", key=watch.id, version=watch.version, data=data)
