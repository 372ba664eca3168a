"""What views find in the app: the service's store."""

from flask import current_app

from services.events.store import Store

STORE = "events_store"
PUBLIC_URL = "events_public_url"
"""The address that people outside reach this service at."""

DOORS = "events_doors"
"""What configuring sources and receiving their webhooks stand on."""


def store() -> Store:
    """The store that the composition root put there."""
    found: Store = current_app.extensions[STORE]
    return found
