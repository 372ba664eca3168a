"""What views find in the app that serves them."""

from flask import current_app

from services.profiles.store import Store

STORE = "profiles.store"


def store() -> Store:
    """The service's store, put there by its composition root."""
    found: Store = current_app.extensions[STORE]
    return found
