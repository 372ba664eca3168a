"""Every metric of the platform, in one typed list: an undeclared name does not type-check.

Beside each: what it means. What to do when it looks wrong stands in docs/operations.md; a test looks for each there.
"""

from prometheus_client import Counter, Gauge, Histogram

# Web. A rising 5xx share means a defect or an absent database: the logs name it.
HTTP_REQUESTS = Counter("ithaca_http_requests_total", "Answered requests.", ("route", "method", "status"))
# Rising: more comes than one process serves (start more), or clients that send their bodies too slowly.
HTTP_SHED = Counter("ithaca_http_shed_total", "Requests turned away before they were served.", ("reason",))
HTTP_SECONDS = Histogram("ithaca_http_request_seconds", "Time to answer.", ("route", "method"))

# Streams. Ended as slow or behind: clients that do not read, or a network that does not carry it. As failed: a defect.
STREAMS_OPEN = Gauge("ithaca_streams_open", "Streams of server-sent events that are open.")
STREAMS_ENDED = Counter("ithaca_streams_ended_total", "Streams that have ended, and why.", ("reason",))

# Recommendations. Answers from the database although programs are large: the change stream is broken, or
# ITHACA_LIVE_MENTORS is too small for it. From none: a large program is read for the first time.
LIVE_ANSWERS = Counter("ithaca_live_answers_total", "Recommendations given, and where they came from.", ("source",))
LIVE_MENTORS = Gauge("ithaca_live_mentors", "Mentors in memory.")
LIVE_MENTEES = Gauge("ithaca_live_mentees", "Mentees in memory, for mentors who ask.")
LIVE_BUILD_SECONDS = Histogram("ithaca_live_build_seconds", "Time to read a program into memory.")

# Relay. Age above a few seconds: the relay is down, its lease is held by a dead one, or Kafka is away.
OUTBOX_SENT = Counter("ithaca_outbox_sent_total", "Messages carried to Kafka.", ("topic",))
OUTBOX_AGE = Gauge("ithaca_outbox_oldest_seconds", "Age of the oldest unsent message when last read.", ("slot",))
# Any rise is an alarm: the broker refuses a message for good, and the later ones of its key wait for somebody to mend
# the cause and have it tried again, or to drop it.
OUTBOX_BARRED = Counter("ithaca_outbox_barred_total", "Keys barred by a refused message.", ("topic",))
RELAY_FAILURES = Counter("ithaca_relay_failures_total", "Claims given up and tried again.", ("reason",))

# Worker. Retries that keep rising name a handler that fails for one message: see the logs of that reaction.
MESSAGES_HANDLED = Counter("ithaca_messages_handled_total", "Effects made.", ("reaction",))
MESSAGES_SKIPPED = Counter("ithaca_messages_skipped_total", "Duplicates and older states.", ("reaction",))
BAD_MESSAGES_SKIPPED = Counter(
    "ithaca_bad_messages_skipped_total", "Messages at fault that another service tells their publisher of.", ("topic",)
)
MESSAGES_RETRIED = Counter("ithaca_messages_retried_total", "Attempts that failed.", ("reaction",))
# Parked: a message waits behind a failing one of its key, or is that one. It is tried again without anybody's doing.
MESSAGES_PARKED = Counter(
    "ithaca_messages_parked_total",
    "Messages put aside with their key after quick tries, to be tried again.",
    ("reaction",),
)
# Dead: given up after its tries, or never right. Nothing happens to it until an operator replays or drops it.
MESSAGES_DEAD = Counter("ithaca_messages_dead_total", "Messages put aside as dead.", ("topic",))
# Any: messages went by unread, because the worker was away for longer than the topic keeps them.
OFFSETS_OUT_OF_RANGE = Counter(
    "ithaca_offsets_out_of_range_total", "Partitions whose next message the broker no longer has.", ("topic",)
)
# Open after too many failures in a row: a bad deploy, rather than bad messages.
BREAKER_OPEN = Gauge("ithaca_breaker_open", "1 while the reaction is stopped after failures in a row.", ("reaction",))
BATCH_SECONDS = Histogram("ithaca_batch_seconds", "Time of one batch's transaction.")
HANDLING_SECONDS = Histogram(
    "ithaca_handling_seconds", "Time in a reaction's own code, for one message or for neighbors at once.", ("reaction",)
)
# Lag of the partitions this process reads now. In messages it counts the broker's transaction markers too: a few while
# nothing waits are none. In seconds it is the age of the first message that is not handled.
LAG_MESSAGES = Gauge("ithaca_lag_messages", "Messages of the partition not handled yet.", ("topic", "partition"))
LAG_SECONDS = Gauge("ithaca_lag_seconds", "Age of the oldest message not handled yet.", ("topic", "partition"))
DUE_FAILURES = Counter("ithaca_due_failures_total", "Due work that failed and will be tried again.", ("work",))

# Webhooks. Failures of one receiver are its own; of all of them, our network's. A disabled one is shown to its owner.
WEBHOOK_ATTEMPTS = Counter("ithaca_webhook_attempts_total", "Attempts at outgoing webhooks.", ("outcome",))
WEBHOOKS_DISABLED = Counter("ithaca_webhooks_disabled_total", "Webhooks disabled by what they did.", ("reason",))

# Mail. Stopped: the server did not take three in a row; one mail at a time asks whether it works again.
MAIL_STOPPED = Gauge("ithaca_mail_stopped", "1 while this process waits for the mail server to work again.")
MAILS_TRIED = Counter("ithaca_mails_tried_total", "Attempts to hand a mail to the server.", ("outcome",))

# Loops of workers and relays: `worker`, `due`, `due-WORK-N`, `slot-N`. A turn waits for messages at most half a second.
LOOP_SECONDS = Histogram(
    "ithaca_loop_turn_seconds",
    "Time between two turns of a loop.",
    ("loop",),
    buckets=(0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300),
)
LOOP_STILL = Gauge(
    "ithaca_loop_still_seconds", "Time since a loop last turned; its stacks are logged at 60.", ("loop",)
)
