"""Compiling numeric loops with numba: the one place that knows its decorator. For services that bring numba along."""

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba

from shared.settings import default_data_folder

_P = ParamSpec("_P")
_R = TypeVar("_R")

_CONFIG: Any = numba.config

# Without the lock of the interpreter, and without counting references to arrays, which numba would do at every call
# within: twenty times as fast, and the reason why nothing compiled here may allocate an array.
_OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}


class Compiling:
    """Compiles the functions of one package, all of whose numbers come from these files.

    Numbers from other modules are compiled in, and numba looks at one file to see whether what it kept is still right.
    So it is kept under a name, the edition, that changes with any of them.
    """

    def __init__(self, sources: Iterable[Path]) -> None:
        content = b"".join(path.read_bytes() for path in sorted(sources))
        self.edition = hashlib.blake2b(content, digest_size=6).hexdigest()

    def compiled(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """The same function as machine code that runs beside other threads; it may not allocate arrays.

        The code is kept in `NUMBA_CACHE_DIR`, beside the module or in the user's cache folder; where none can be
        written, as in an image, in the data folder. So only the first process on a machine compiles, or each where that
        fails, too.
        """
        function.__qualname__ = f"{function.__qualname__}_{self.edition}"
        with suppress(RuntimeError):
            return _kept(function)
        with suppress(RuntimeError):
            _CONFIG.CACHE_DIR = str(default_data_folder(os.environ) / "compiled")
            return _kept(function)
        fast: Callable[_P, _R] = numba.njit(**_OPTIONS)(function)
        return fast

    def inlined(self, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """For what compiled functions call in their innermost loops."""
        fast: Callable[_P, _R] = numba.njit(forceinline=True, **_OPTIONS)(function)
        return fast


def _kept(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Raises RuntimeError where there is no folder to keep it in."""
    fast: Callable[_P, _R] = numba.njit(cache=True, **_OPTIONS)(function)
    return fast
