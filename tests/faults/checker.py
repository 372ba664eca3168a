"""Whether anything was lost, doubled or put out of order: decided by the topics and the databases alone."""

from itertools import chain, islice

from tests.faults.check_dead import dead_violations
from tests.faults.check_effects import effect_violations
from tests.faults.check_inbox import inbox_violations
from tests.faults.check_log import log_violations
from tests.faults.evidence import Evidence

_SHOWN = 30


def violations(evidence: Evidence) -> list[str]:
    """The first of everything that breaks a promise; empty where all are kept."""
    kinds = (log_violations, inbox_violations, dead_violations, effect_violations)
    return list(islice(chain.from_iterable(kind(evidence) for kind in kinds), _SHOWN))
