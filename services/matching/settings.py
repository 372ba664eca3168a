"""This service's own variable: how much of the programs a web process keeps in memory."""

import os
from collections.abc import Mapping

from shared.settings import SettingsError, with_files

_DEFAULT, _MOST = 100_000, 1_000_000


def live_mentors(environment: Mapping[str, str] | None = None) -> int:
    """How many mentors a web process holds in memory, of all programs. Raises SettingsError naming the variable."""
    values = with_files(os.environ if environment is None else environment)
    raw = values.get("ITHACA_LIVE_MENTORS") or str(_DEFAULT)
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 10 and int(raw) <= _MOST):
        raise SettingsError(f"ITHACA_LIVE_MENTORS is {raw!r}: it takes a number of mentors from 0 to {_MOST}.")
    return int(raw)
