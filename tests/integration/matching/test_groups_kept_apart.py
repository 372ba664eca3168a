"""Two who are kept apart do not meet in a mentor's group, however close together the block and the pairing come."""

import pytest

from services.matching.commands.block_member import block_member
from services.matching.commands.eligibility import KeptApart
from services.matching.commands.start_mentorship import start_mentorship
from services.matching.domain.mentorship import Origin
from services.matching.domain.program import Format
from shared.messaging.unit_of_work import Transaction
from tests.integration.matching.association import Association


def test_a_block_after_the_first_look_at_the_group_is_seen_before_another_joins(association: Association) -> None:
    program = association.program(format=Format.GROUP)
    mentor = association.mentor(program, 3)
    there, joining = association.mentee(program), association.mentee(program)
    store, attempts = association.store, []

    def join(transaction: Transaction, mentee: str) -> None:
        start_mentorship(transaction, store, program, mentor, mentee, origin=Origin.MANUAL)

    def join_while_blocked(transaction: Transaction) -> None:
        store.programs.get(transaction.tenant, program.id, transaction.session)  # the moment that it reads of
        attempts.append(joining)
        if len(attempts) == 1:
            association.in_transaction(lambda other: block_member(other, store, there, joining))
        join(transaction, joining)

    association.in_transaction(lambda transaction: join(transaction, there))
    with pytest.raises(KeptApart):
        association.in_transaction(join_while_blocked)
    assert len(attempts) == 2
