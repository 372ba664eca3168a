"""Messages that fail: parked, dead, and tried again."""

from tests.mutations.mutation import Mutation

_HERE = "tests/integration/messaging/"

PARKING = (
    Mutation(
        name="barrier",
        mechanism="what follows a parked message of its key waits behind it",
        otherwise="it overtakes the parked one",
        file="shared/messaging/applying.py",
        before="if barrier is not None and barrier in standing:",
        after="if False:",
        tests=(f"{_HERE}test_parking.py::test_what_follows_in_the_same_batch_waits_behind_the_one_that_failed",),
    ),
    Mutation(
        name="barrier-written",
        mechanism="waiting behind a barrier writes it",
        otherwise="a message waits behind a barrier that was lifted, for ever",
        file="shared/messaging/parking.py",
        before="""    _bar(transaction, barrier)
    letters.put(""",
        after="    letters.put(",
        tests=(
            f"{_HERE}test_parking.py::test_a_message_that_finds_the_barrier_as_it_is_being_lifted_is_applied",
            f"{_HERE}test_parking.py::test_a_message_that_parks_while_the_last_one_is_released_is_not_left_behind",
        ),
    ),
    Mutation(
        name="parked-is-taken",
        mechanism="parking a message takes it, as applying does",
        otherwise="it is parked by one worker and applied by another",
        file="shared/messaging/handling.py",
        before="""        def park(transaction: Transaction) -> bool:
            take(transaction, step)
""",
        after="""        def park(transaction: Transaction) -> bool:
""",
        tests=(
            f"{_HERE}test_parking.py::test_a_worker_that_lost_its_partition_does_not_park_what_the_next_owner_applied",
        ),
    ),
    Mutation(
        name="head-first",
        mechanism="those that waited follow in the order of their offsets",
        otherwise="the last comes first",
        file="shared/messaging/parking.py",
        before='sort=[("offset", 1)]',
        after='sort=[("offset", -1)]',
        tests=(f"{_HERE}test_parking.py::test_dropping_the_dead_one_lets_those_behind_it_go_on",),
    ),
    Mutation(
        name="dead-bars",
        mechanism="a dead message bars its key until somebody decides",
        otherwise="what follows it goes on without it",
        file="shared/messaging/retrying.py",
        before='_bury(transaction, letter, reason, (Fault("", reason),), lasting=True)',
        after='_bury(transaction, letter, reason, (Fault("", reason),), lasting=False)',
        tests=(f"{_HERE}test_parking.py::test_a_replay_that_fails_leaves_the_key_barred",),
    ),
    Mutation(
        name="letter-with-effect",
        mechanism="a letter is settled in the transaction of its effect",
        otherwise="it is applied again with the next try",
        file="shared/messaging/handling.py",
        before="""            if settle is not None:
                settle(transaction)
            return applied""",
        after="            return applied",
        tests=(f"{_HERE}test_parking.py::test_records_that_come_again_change_nothing",),
    ),
    Mutation(
        name="claim",
        mechanism="due work, as a letter to be tried again, is claimed by one worker at a time",
        otherwise="two workers try one letter",
        file="shared/messaging/due.py",
        before="""        "$expr": {"$lte": ["$claim.until", "$$NOW"]},
""",
        after="",
        tests=(f"{_HERE}test_parking.py::test_one_letter_is_tried_by_one_worker_at_a_time",),
    ),
    Mutation(
        name="claim-confirmed",
        mechanism="due work is settled by whoever holds its claim",
        otherwise="a worker that was paused settles what another has in hand",
        file="shared/messaging/due.py",
        before="""            {"_id": self.document["_id"], "claim.token": self.token},
            [{"$set": {"claim.until": until}}],""",
        after="""            {"_id": self.document["_id"]},
            [{"$set": {"claim.until": until}}],""",
        tests=(f"{_HERE}test_due.py::test_a_claim_that_died_passes_on_and_its_old_holder_can_write_nothing",),
    ),
)
