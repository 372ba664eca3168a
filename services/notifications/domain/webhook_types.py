"""Which messages outgoing webhooks may carry."""

from shared.contracts import registry

EVERY = "*"
"""In a webhook's types: all that there are, and that there will be."""

_WITHHELD = ("block.", "feedback.", "health.", "task.", "erasure.")
"""Whom a member blocks, how a mentorship goes and what coordinators have to do is nobody's outside of it."""

SENT_TYPES = tuple(each.short_name for each in registry.all_types() if not each.short_name.startswith(_WITHHELD))
"""Without the prefix, as reactions name them."""

SENT_NAMES = frozenset(registry.get(each).name for each in SENT_TYPES)
"""In full, as webhooks name them."""

TEST = "org.ithaca.webhook.test.v1"
"""Of a ping, which no topic has."""
