"""What scheduling compiles its loops with."""

from pathlib import Path

from shared.compiling import Compiler, inlined

__all__ = ["compiled", "inlined"]

compiled = Compiler(*Path(__file__).parent.glob("*.py")).compiled
