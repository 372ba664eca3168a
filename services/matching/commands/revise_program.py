"""A coordinator changes what a program asks for."""

from collections.abc import Sequence

from services.matching.commands.announce_program import announce_program
from services.matching.commands.make_plan import require_template
from services.matching.domain.health import numbers
from services.matching.domain.parts import Weights
from services.matching.domain.program import Program, Rules, Settings
from services.matching.domain.program_sweep import Swept, sweeps_of
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def revise_program(
    transaction: Transaction,
    store: Store,
    program: Program,
    *,
    name: str | None = None,
    rules: Rules | None = None,
    weights: Weights | None = None,
    settings: Settings | None = None,
    coordinator_ids: Sequence[str] | None = None,
) -> Program:
    """The program with what is given changed. Raises IllegalTransition where it is over, Invalid."""
    revised = program.revised(
        transaction.now, name=name, rules=rules, weights=weights, settings=settings, coordinator_ids=coordinator_ids
    )
    require_template(transaction, store, revised.settings)
    saved = store.programs.save(transaction.session, revised)
    if numbers(saved.settings) != numbers(program.settings):
        for sweep in sweeps_of(saved, Swept.HEALTH, transaction.now):
            store.program_sweeps.insert(transaction.session, sweep)
    announce_program(transaction, "program.updated.v1", saved)
    return saved
