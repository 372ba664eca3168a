"""Messages in: offsets, the inbox, and copies."""

from tests.mutations.mutation import Mutation

_HERE = "tests/integration/messaging/"

RECEIVING = (
    Mutation(
        name="offsets-explicit",
        mechanism="a worker stores how far it came, and not how far it polled",
        otherwise="what was polled and not handled is lost with the worker",
        file="shared/messaging/consumer.py",
        before="consumer.commit(self._offsets(self._finished), timeout_ms=5000)",
        after="consumer.commit(timeout_ms=5000)",
        tests=(f"{_HERE}test_workers.py::test_what_was_polled_and_could_not_be_handled_is_not_stored_as_done",),
    ),
    Mutation(
        name="held-open",
        mechanism="whoever comes to have a partition ends the transaction that its last worker has left open",
        otherwise="a partition stands still for a minute or more where its worker was killed within a message",
        file="shared/messaging/consumer.py",
        before="""                holder.take(taken)""",
        after="""                del taken""",
        tests=(f"{_HERE}test_stopping.py::test_a_worker_that_quits_in_the_middle_of_a_message_leaves_it_to_the_next",),
    ),
    Mutation(
        name="offsets-after",
        mechanism="an offset is stored after the effect",
        otherwise="what fails is taken for done",
        file="shared/messaging/consumer.py",
        before="""        position = records[0].offset
        try:""",
        after="""        position = records[0].offset
        self._finished[partition] = records[-1].offset + 1
        try:""",
        tests=(f"{_HERE}test_workers.py::test_what_was_polled_and_could_not_be_handled_is_not_stored_as_done",),
    ),
    Mutation(
        name="from-the-beginning",
        mechanism="a group without an offset begins with the first message",
        otherwise="what was said before a worker came is never heard",
        file="shared/messaging/consumer.py",
        before="consumer.seek_to_beginning(*partitions)  # a new group",
        after="consumer.seek_to_end(*partitions)  # a new group",
        tests=(f"{_HERE}test_workers.py::test_a_batch_too_crowded_to_commit_gets_through_in_smaller_ones",),
    ),
    Mutation(
        name="read-committed",
        mechanism="a worker reads what was committed",
        otherwise="it handles what a relay sent in vain, before what comes first",
        file="shared/messaging/consumer.py",
        before='isolation_level="read_committed"',
        after='isolation_level="read_uncommitted"',
        tests=(f"{_HERE}test_workers.py::test_what_was_sent_in_vain_is_not_handled",),
    ),
    Mutation(
        name="inbox-row",
        mechanism="each effect has an inbox row",
        otherwise="a message that comes again has its effect again",
        file="shared/messaging/inbox.py",
        before="            database[COLLECTION].insert_many(rows, session=session)",
        after="            pass",
        tests=(f"{_HERE}test_parking.py::test_records_that_come_again_change_nothing",),
    ),
    Mutation(
        name="inbox-in-transaction",
        mechanism="the inbox row is written in the transaction of the effect",
        otherwise="a message whose effect failed is taken for done",
        file="shared/messaging/inbox.py",
        before="database[COLLECTION].insert_many(rows, session=session)",
        after="database[COLLECTION].insert_many(rows)",
        tests=(f"{_HERE}test_parking.py::test_what_follows_in_the_same_batch_waits_behind_the_one_that_failed",),
    ),
    Mutation(
        name="version-guard",
        mechanism="a projection takes only what is newer than what it has",
        otherwise="an older state overwrites a newer one",
        file="shared/messaging/inbox.py",
        before="""            {"_id": identifier, "version": {"$lt": first.version}},
            {"$set": {"version": last.version, "erased": last.data is None}},""",
        after="""            {"_id": identifier},
            {"$set": {"version": last.version, "erased": last.data is None}},""",
        tests=(f"{_HERE}test_inbox.py::test_an_older_state_that_comes_later_changes_nothing[1]",),
    ),
    Mutation(
        name="split",
        mechanism="a batch that fails is split down to the message at fault",
        otherwise="the others of the batch fail with it",
        file="shared/messaging/handling.py",
        before="            if len(steps) > 1:\n",
        after="            if False:\n",
        tests=(f"{_HERE}test_parking.py::test_what_follows_in_the_same_batch_waits_behind_the_one_that_failed",),
    ),
    Mutation(
        name="gate",
        mechanism="a rebuild closes the gate that its projection's own transactions write",
        otherwise="what is handled during the swap is lost with the old copy",
        file="shared/messaging/gate.py",
        before="""            {"$set": {"reaction": reaction, "closed": True}, "$inc": {"passed": 1}},""",
        after="""            {"$set": {"reaction": reaction, "closed": False}, "$inc": {"passed": 1}},""",
        tests=(
            f"{_HERE}test_rebuild.py::test_a_message_that_comes_while_the_gates_are_closed_waits_and_is_handled_once",
        ),
    ),
)
