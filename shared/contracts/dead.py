"""`dead.SERVICE`: messages a service could not process, unchanged, for an operator to look at and replay.

They have no types of their own: each is the original message with `x-dead-…` headers.
"""

from shared.contracts.topic import SMALL, Topic, kept, personal
from shared.contracts.vocabulary import SERVICES

HEADERS = (
    ("x-dead-reason", "Why, as a sentence."),
    ("x-dead-pointer", "JSON pointers of the faults, separated by spaces."),
    ("x-dead-attempts", "How often it was tried."),
    ("x-dead-topic", "The topic it came from."),
    ("x-dead-partition", "The partition it came from."),
    ("x-dead-offset", "Its offset there."),
)
PERSONAL = frozenset({"profiles", "events"})
"""Services that read topics with personal data."""


def topic_of(service: str) -> Topic:
    """The topic of a service's dead letters."""
    config = personal(days=7) if service in PERSONAL else kept(days=7)
    about = f"Messages that {service} could not process, unchanged."
    return Topic(f"dead.{service}", about, (service,), config, partitions=SMALL)


TOPICS = tuple(topic_of(service) for service in SERVICES)
