"""Compiling numeric loops with numba: the one place that knows its decorator."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Without the lock of the interpreter, and without counting references to arrays, which numba would do at every call
# within: twenty times as fast, and the reason why nothing compiled here may allocate an array.
_OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same function as machine code that runs beside other threads; it may not allocate arrays.

    The code is kept beside the module or in the user's cache folder, so that only the first process compiles; where
    neither can be written, as in an image, each does.
    """
    try:
        fast: Callable[_P, _R] = numba.njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:
        fast = numba.njit(**_OPTIONS)(function)
    return fast


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """For what compiled functions call in their innermost loops."""
    fast: Callable[_P, _R] = numba.njit(forceinline=True, **_OPTIONS)(function)
    return fast
