"""A role of the tests' service as a process of its own: `python -m tests.integration.messaging.working ROLE`.

Its handlers do by turns what handlers may do wrong, with the e-mail of a record in what they raise.
"""

import dataclasses
import sys
import time
from itertools import count

from pymongo.errors import BulkWriteError, DuplicateKeyError

from shared import settings as settings_module
from shared.errors import Fault, Invalid
from shared.messaging.due import Claimed, DueWork
from shared.messaging.envelope import Message
from shared.messaging.patience import Patience
from shared.messaging.unit_of_work import Transaction, UnitOfWork
from shared.service import attended, until_signalled
from shared.telemetry import logs, traces
from tests.integration.messaging.conftest import Bench, note_attendee

_log = logs.logger(__name__)
_tries = count()


def handle(transaction: Transaction, message: Message) -> None:
    assert message.data is not None
    ticket, email = message.data["source_registration_id"], message.data["person"]["email"]
    if ticket.startswith("SLOW"):
        _log.info("in_hand")
        time.sleep(2)
    elif ticket.startswith("STUCK"):
        _log.info("in_hand")
        time.sleep(600)
    elif ticket.startswith("REFUSED"):
        raise Invalid([Fault("/person/email", f"{email} is not wanted")], f"Not {email}.")
    elif ticket.startswith("FAILING"):
        fail(transaction, next(_tries), email)
    note_attendee(transaction, message)


def fail(transaction: Transaction, tries: int, email: str) -> None:
    people, session = transaction.database["unique"], transaction.session
    match tries:
        case 0 | 1:
            {}[email]
        case 2 | 3:
            raise ValueError(f"what is {email}?") from LookupError(email)
        case 4 | 5:
            try:
                people.insert_one({"_id": email}, session=session)
                people.insert_one({"_id": email}, session=session)
            except DuplicateKeyError as error:
                raise RuntimeError(email) from error
        case 6 | 7:
            try:
                people.insert_many([{"_id": email}, {"_id": email}], session=session)
            except BulkWriteError as error:
                raise RuntimeError(email) from error


def perform(unit_of_work: UnitOfWork, claimed: Claimed) -> None:
    raise LookupError(claimed.document["email"])


def main(role: str) -> None:
    settings = settings_module.read()
    logs.configure("json", service="events", role=role)
    traces.configure(settings.otlp_endpoint, service="events", role=role)
    bench = Bench(settings, "events")
    bench.on_attendee = handle
    bench.patience = Patience(attempts=20, first_pause=0.2, factor=1)
    service = dataclasses.replace(bench.service(), due=(DueWork("chores", "chores", perform),))
    try:
        if role == "worker":
            worker = service.worker()
            with attended(service.foundation, worker.parts()):
                until_signalled(worker.run, worker.stop)
        else:
            relay = service.relay()
            with attended(service.foundation, {}):
                until_signalled(relay.run, relay.stop)
    finally:
        service.foundation.close()
        traces.close()


if __name__ == "__main__":
    main(sys.argv[1])
