"""What the views of matching work with."""

from typing import cast

from flask import current_app

from services.matching.live.memory import Memory
from services.matching.store import Store
from shared.web import principal

STORE = "ithaca_matching_store"
MEMORY = "ithaca_matching_memory"


def store() -> Store:
    """The service's store."""
    return cast(Store, current_app.extensions[STORE])


def memory() -> Memory:
    """The programs that this process has in memory."""
    return cast(Memory, current_app.extensions[MEMORY])


def is_coordinator() -> bool:
    """Whether the caller acts for the association; everyone else sees their own."""
    return "coordinator" in principal().roles
