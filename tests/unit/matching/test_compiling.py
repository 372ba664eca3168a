"""What is compiled is kept for the next process, and never one of another edition."""

from typing import Any

import numba
import pytest

from services.matching.engine import compiling
from services.matching.engine.compiling import compiled


def twice(number: int) -> int:
    return 2 * number


def test_where_nothing_can_be_kept_each_process_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    real = numba.njit

    def unwritable(*given: Any, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*given, **options)

    monkeypatch.setattr(compiling.numba, "njit", unwritable)
    assert compiled(twice)(21) == 42


def test_what_is_kept_is_named_for_all_sources_it_was_made_of() -> None:
    compiled(twice)
    assert twice.__qualname__.endswith(compiling._EDITION)
