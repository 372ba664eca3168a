"""Measures of conduct follow the person, by whatever id they were decided on."""

from collections.abc import Collection
from dataclasses import replace

from services.matching.commands.settle_conduct import settle_conduct
from services.matching.store import Store
from shared.messaging.unit_of_work import Transaction


def merge_measures(transaction: Transaction, store: Store, makers: Collection[str], now: str) -> None:
    """Those decided on one of `makers` are who that is now's; whose they were until now is looked at again, too."""
    for measure in store.measures.naming(transaction.session, transaction.tenant, makers):
        if measure.member_id == now:
            continue
        store.measures.save(transaction.session, replace(measure, member_id=now, updated_at=transaction.now))
        settle_conduct(transaction, store, measure.member_id)
        settle_conduct(transaction, store, now)
