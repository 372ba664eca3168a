"""Compiling the numeric loops of this engine."""

from pathlib import Path

from shared.compiling import Compiling

_HERE = Path(__file__)
_COMPILING = Compiling([*_HERE.parent.glob("*.py"), *_HERE.parents[1].glob("domain/*.py")])

compiled = _COMPILING.compiled
inlined = _COMPILING.inlined
