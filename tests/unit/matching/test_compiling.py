"""What is compiled is kept for the next process, and never one of another edition."""

from pathlib import Path
from typing import Any

import numba
import pytest

from services.matching.engine.compiling import COMPILER, compiled
from shared import compiling


def twice(number: int) -> int:
    return 2 * number


def thrice(number: int) -> int:
    return 3 * number


def test_where_nothing_can_be_kept_each_process_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    real = numba.njit

    def unwritable(*given: Any, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*given, **options)

    monkeypatch.setattr(compiling.numba, "njit", unwritable)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    assert compiled(twice)(21) == 42


def test_where_the_package_cannot_be_written_the_data_folder_keeps_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = numba.njit

    def read_only(*given: Any, cache: bool = False, **options: Any) -> Any:
        if cache and not numba.config.CACHE_DIR:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*given, cache=cache, **options)

    monkeypatch.setattr(compiling.numba, "njit", read_only)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("ITHACA_DATA", str(tmp_path))
    assert compiled(thrice)(14) == 42
    assert list((tmp_path / "compiled").rglob("*thrice*.nbc"))


def test_what_is_kept_is_named_for_all_sources_it_was_made_of() -> None:
    compiled(twice)
    assert twice.__qualname__.endswith(COMPILER.edition)
