"""What is compiled is kept for the next process, and never one of another edition."""

from pathlib import Path
from typing import Any

import numba
import pytest

from shared import compiling
from shared.compiling import Compiling

_COMPILING = Compiling([Path(__file__)])
compiled = _COMPILING.compiled


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
    assert twice.__qualname__.endswith(_COMPILING.edition)


def test_another_number_in_any_source_is_another_edition(tmp_path: Path) -> None:
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    first.write_text("A = 1")
    second.write_text("B = 1")
    before = Compiling([first, second]).edition
    assert Compiling([second, first]).edition == before
    second.write_text("B = 2")
    assert Compiling([first, second]).edition != before
