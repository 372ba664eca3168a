"""What the engine compiles its loops with."""

from pathlib import Path

from shared.compiling import Compiler, inlined

__all__ = ["COMPILER", "compiled", "inlined"]

COMPILER = Compiler(*Path(__file__).parent.glob("*.py"), *Path(__file__).parents[1].glob("domain/*.py"))

compiled = COMPILER.compiled
