"""Compiling the numeric loops of the planning."""

from pathlib import Path

from shared.compiling import Compiling

_COMPILING = Compiling(Path(__file__).parent.glob("*.py"))

compiled = _COMPILING.compiled
inlined = _COMPILING.inlined
