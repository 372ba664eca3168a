"""What views find in the app that serves them."""

from flask import current_app

from services.profiles.commands.export_tokens import ExportTokens
from services.profiles.store import Store

STORE = "profiles.store"
TOKENS = "profiles.tokens"
LINKS = "profiles.links"
"""Where the association's portal shows a thing of a kind: a template, or None."""


def store() -> Store:
    """The service's store, put there by its composition root."""
    found: Store = current_app.extensions[STORE]
    return found


def tokens() -> ExportTokens:
    """What keeps the tokens that exports are collected with."""
    found: ExportTokens = current_app.extensions[TOKENS]
    return found
