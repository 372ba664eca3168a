"""A coordinator plans a program: a draft that nobody else sees."""

from collections.abc import Sequence

from services.matching.commands.make_plan import require_template
from services.matching.domain.parts import Weights
from services.matching.domain.program import Format, Kind, Program, Rules, Settings
from services.matching.store import Store
from shared.ids import new_id
from shared.messaging.unit_of_work import Transaction


def create_program(
    transaction: Transaction,
    store: Store,
    *,
    name: str,
    kind: Kind,
    program_format: Format,
    series: str | None = None,
    event_id: str | None = None,
    rules: Rules | None = None,
    weights: Weights | None = None,
    settings: Settings | None = None,
    coordinator_ids: Sequence[str] = (),
) -> Program:
    """A new draft. Raises Invalid with every fault."""
    program = Program(
        id=new_id(),
        tenant=transaction.tenant,
        version=1,
        updated_at=transaction.now,
        name=name,
        kind=kind,
        format=program_format,
        series=series,
        event_id=event_id,
        rules=rules or Rules(),
        weights=weights or Weights(),
        settings=settings or Settings(),
        coordinator_ids=tuple(coordinator_ids),
    ).checked()
    require_template(transaction, store, program.settings)
    store.programs.insert(transaction.session, program)
    return program
