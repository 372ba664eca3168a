"""Replaying dead letters: asked for by an operator, done by a worker of the service, where its handlers are."""

from dataclasses import asdict

from shared.errors import Fault
from shared.messaging import dead
from shared.messaging.due import Claimed, DueWork
from shared.messaging.handling import Handling
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.storage.transaction import TRANSIENT
from shared.telemetry import logs

_log = logs.logger(__name__)


def replays(handling: Handling) -> DueWork:
    """The due work that replays what `dead.replay` marked."""

    def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
        letter = dead.DeadLetter.from_document(claimed.document)
        try:
            faults = handling.replay(letter.record, letter.reaction)
        except TRANSIENT:
            raise  # it comes again by itself
        except Exception as error:
            # Dead again, for the operator to see and to decide: tried on for ever it could not even be dropped.
            _log.error("replay_failed", id=letter.id, exc_info=error)
            faults = (Fault("", f"The handler failed: {type(error).__name__}."),)
        change: dict[str, object] = {"state": "replayed", "due_at": None}
        if faults:
            change = {"state": "dead", "due_at": None, "faults": [asdict(fault) for fault in dead.shown(faults)]}

        def settle(transaction: Transaction) -> None:
            claimed.confirm(transaction.session)
            transaction.database[dead.COLLECTION].update_one(
                {"_id": letter.id}, {"$set": change, "$inc": {"attempts": 1}}, session=transaction.session
            )

        unit_of_work.run(settle, tenant=claimed.document["tenant"])

    return DueWork("replay", dead.COLLECTION, perform, where={"state": "replaying"})
