"""A coordinator moves a program on: open, close, start, complete, cancel."""

from services.matching.commands.announce_program import announce_program
from services.matching.domain.attendee_sweep import sweeps_after_opening
from services.matching.domain.program import PROGRAM, Program, ProgramState
from services.matching.domain.program_sweep import Swept, sweeps_of
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction

_TYPES = {"open": "program.opened.v1", "complete": "program.completed.v1"}


def move_program(transaction: Transaction, store: Store, program: Program, verb: str) -> Program:
    """The program in its next state. Raises IllegalTransition.

    Opening one of an event makes its enrollments due, and where it is over, what waits for an answer.
    """
    moved = store.programs.save(transaction.session, program.moved(verb, transaction.now))
    if program.state is not ProgramState.DRAFT or moved.state is ProgramState.OPEN:
        announce_program(transaction, _TYPES.get(verb, "program.updated.v1"), moved)
    if verb == "open" and moved.event_id is not None:
        for sweep in sweeps_after_opening(moved, transaction.now):
            store.attendee_sweeps.insert(transaction.session, sweep)
    if not PROGRAM.allows(moved.state, "match"):
        for look in sweeps_of(moved, Swept.REQUESTS, transaction.now):
            store.program_sweeps.insert(transaction.session, look)
    return moved
