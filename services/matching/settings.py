"""This service's own variables: what a web process keeps in memory, and the model that reads goals."""

import os
from collections.abc import Mapping
from pathlib import Path

from services.matching.themes.encoder import NoModel, require_model
from shared.settings import SettingsError, with_files

_DEFAULT, _MOST = 100_000, 1_000_000


def live_mentors(environment: Mapping[str, str] | None = None) -> int:
    """How many mentors a web process holds in memory, of all programs. Raises SettingsError naming the variable."""
    values = with_files(os.environ if environment is None else environment)
    raw = values.get("ITHACA_LIVE_MENTORS") or str(_DEFAULT)
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 10 and int(raw) <= _MOST):
        raise SettingsError(f"ITHACA_LIVE_MENTORS is {raw!r}: it takes a number of mentors from 0 to {_MOST}.")
    return int(raw)


def embedding_model(environment: Mapping[str, str] | None = None) -> Path | None:
    """The folder of the model by which goals said in other words are found, None without one.

    Raises SettingsError where there is none, or nothing that runs it.
    """
    raw = with_files(os.environ if environment is None else environment).get("ITHACA_EMBEDDING_MODEL")
    if not raw:
        return None
    try:
        require_model(Path(raw))
    except NoModel as error:
        raise SettingsError(f"ITHACA_EMBEDDING_MODEL is {raw!r}: {error}.") from None
    return Path(raw)
