"""Compiling numeric loops with numba: the one place that knows its decorator."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Numbers from other modules are compiled in, and numba looks at one file to see whether what it kept is still right. So
# it is kept under a name that changes with any of them.
_SOURCES = [*Path(__file__).parent.glob("*.py"), *Path(__file__).parents[1].glob("domain/*.py")]
_EDITION = hashlib.blake2b(b"".join(path.read_bytes() for path in sorted(_SOURCES)), digest_size=6).hexdigest()

# Without the lock of the interpreter, and without counting references to arrays, which numba would do at every call
# within: twenty times as fast, and the reason why nothing compiled here may allocate an array.
_OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same function as machine code that runs beside other threads; it may not allocate arrays.

    The code is kept beside the module or in the user's cache folder, so that only the first process compiles; where
    neither can be written, as in an image, each does.
    """
    function.__qualname__ = f"{function.__qualname__}_{_EDITION}"
    try:
        fast: Callable[_P, _R] = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:
        fast = numba.njit(**_OPTIONS)(function)
    return fast


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """For what compiled functions call in their innermost loops."""
    fast: Callable[_P, _R] = numba.njit(forceinline=True, **_OPTIONS)(function)
    return fast
