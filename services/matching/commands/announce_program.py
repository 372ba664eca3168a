"""A program as others know it: in full, at every version from its opening on."""

from typing import Any

from services.matching.domain.program import Program, ProgramState
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction
from shared.storage.repository import converter


def full_state(program: Program) -> dict[str, Any]:
    """The program in the contract's shape; a rule that does not apply is left out."""
    state = {
        "id": program.id,
        "name": program.name,
        "series": program.series,
        "kind": program.kind.value,
        "format": program.format.value,
        "event_id": program.event_id,
        "state": program.state.value,
        "rules": _stated(converter.unstructure(program.rules)),
        "weights": converter.unstructure(program.weights),
        # An empty list says that there is none, where a default would have some.
        "settings": {name: each for name, each in converter.unstructure(program.settings).items() if each is not None},
        "coordinator_ids": list(program.coordinator_ids),
    }
    return _stated(state)


def announce_program(transaction: Transaction, type_name: str, program: Program) -> None:
    """Publishes the full state at the program's version; nobody hears of a draft."""
    if program.state is not ProgramState.DRAFT:
        transaction.publish(type_name, key=program.id, version=program.version, data=full_state(program))


def announce_again(transaction: Transaction, store: Store, program_id: str) -> bool:
    """Publishes a program at the version it has; False for one that the world never heard of."""
    program = store.programs.hold(transaction.session, transaction.tenant, program_id)
    if program is None or not program.on_the_log:
        return False
    transaction.publish(
        "program.updated.v1", key=program.id, version=program.version, data=full_state(program), again=True
    )
    return True


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, (), [])}
