"""The collections of matching, one module for each area; nobody else reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.storage import Index

INDEXES: Sequence[Index] = ()


@dataclass(frozen=True, slots=True)
class Store:
    """All areas together: what commands and views are handed."""
