"""A program as others know it: in full, at every version from its opening on."""

from typing import Any

from services.matching.domain.program import Program, ProgramState
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
        "settings": converter.unstructure(program.settings),
    }
    return _stated(state)


def announce_program(transaction: Transaction, type_name: str, program: Program) -> None:
    """Publishes the full state at the program's version; nobody hears of a draft."""
    if program.state is not ProgramState.DRAFT:
        transaction.publish(type_name, key=program.id, version=program.version, data=full_state(program))


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, (), [])}
