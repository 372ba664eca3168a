"""Every metric of the platform, in one typed list: an undeclared name does not type-check.

Beside each: what it means, and what to do when it looks wrong.
"""

from prometheus_client import Counter, Gauge, Histogram

# Web. A rising 5xx share means a defect or an absent database: the logs name it.
HTTP_REQUESTS = Counter("ithaca_http_requests_total", "Answered requests.", ("route", "method", "status"))
HTTP_SECONDS = Histogram("ithaca_http_request_seconds", "Time to answer.", ("route", "method"))

# Relay. Age above a few seconds: the relay is down, its lease is held by a dead one, or Kafka is away.
OUTBOX_SENT = Counter("ithaca_outbox_sent_total", "Messages carried to Kafka.", ("topic",))
OUTBOX_AGE = Gauge("ithaca_outbox_oldest_seconds", "Age of the oldest unsent message when last read.", ("slot",))
RELAY_FAILURES = Counter("ithaca_relay_failures_total", "Claims given up and tried again.", ("reason",))

# Worker. Retries that keep rising name a handler that fails for one message: see the logs of that reaction.
MESSAGES_HANDLED = Counter("ithaca_messages_handled_total", "Effects made.", ("reaction",))
MESSAGES_SKIPPED = Counter("ithaca_messages_skipped_total", "Duplicates and older states.", ("reaction",))
BAD_MESSAGES_SKIPPED = Counter(
    "ithaca_bad_messages_skipped_total", "Messages at fault that another service tells their publisher of.", ("topic",)
)
MESSAGES_RETRIED = Counter("ithaca_messages_retried_total", "Attempts that failed.", ("reaction",))
MESSAGES_PARKED = Counter(
    "ithaca_messages_parked_total",
    "Messages put aside with their key after quick tries, to be tried again.",
    ("reaction",),
)
MESSAGES_DEAD = Counter("ithaca_messages_dead_total", "Messages put aside as dead.", ("topic",))
OFFSETS_OUT_OF_RANGE = Counter(
    "ithaca_offsets_out_of_range_total", "Partitions whose next message the broker no longer has.", ("topic",)
)
BREAKER_OPEN = Gauge("ithaca_breaker_open", "1 while the reaction is stopped after failures in a row.", ("reaction",))
BATCH_SECONDS = Histogram("ithaca_batch_seconds", "Time of one batch's transaction.")
DUE_FAILURES = Counter("ithaca_due_failures_total", "Due work that failed and will be tried again.", ("work",))
