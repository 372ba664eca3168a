"""Dead letters: given up by the machine, kept for an operator, and announced on `dead.{service}`."""

from collections.abc import Sequence

from shared.errors import Fault
from shared.messaging import letters, outbox
from shared.messaging.record import Record
from shared.messaging.unit_of_work import Transaction

_WITHOUT_VALUE = ("members.v1",)
"""Topics of personal data that must not outlive an erasure by being copied to `dead.*`."""

_LONGEST_KEY = 256
_LONGEST_REASON = 500
_LARGEST_HEADERS = 64 * 1024


def bury(
    transaction: Transaction,
    record: Record,
    *,
    reaction: str | None,
    reason: str,
    faults: Sequence[Fault],
    attempts: int,
) -> bool:
    """Puts the record aside as dead and announces it; False, and nothing changes, where it was put aside before."""
    new = letters.put(
        transaction,
        record,
        reaction=reaction,
        reason=reason,
        faults=faults,
        attempts=attempts,
        state=letters.DEAD,
    )
    if new:
        announce(transaction, record, reason, faults, attempts)
    return new


def announce(transaction: Transaction, record: Record, reason: str, faults: Sequence[Fault], attempts: int) -> None:
    """Publishes the original on `dead.{service}`, with why beside it.

    Unchanged where it can be: what with the headers added would be more than the broker takes goes without its value,
    and oversized headers or keys are cut. A row the broker never takes would hold up its key for good.
    """
    topic = f"dead.{transaction.service}"
    key = (record.key or b"").decode(errors="replace")[:_LONGEST_KEY]
    original = [(name, content or b"") for name, content in record.headers]
    if sum(len(name.encode()) + len(content) for name, content in original) > _LARGEST_HEADERS:
        original = []
    too_large = record.value is not None and len(record.value) > outbox.LARGEST_VALUE
    value = None if record.topic in _WITHOUT_VALUE or too_large else record.value
    why = [
        ("x-dead-reason", reason[:_LONGEST_REASON]),
        ("x-dead-pointer", " ".join(fault.pointer for fault in letters.shown(faults))),
        ("x-dead-attempts", str(attempts)),
        ("x-dead-topic", record.topic),
        ("x-dead-partition", str(record.partition)),
        ("x-dead-offset", str(record.offset)),
    ]
    headers = [*original, *((name, text.encode()) for name, text in why)]
    transaction.leave_raw(topic, key, headers, value)
