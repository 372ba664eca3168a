"""Messages out: the outbox and the relay."""

from tests.mutations.mutation import Mutation

_HERE = "tests/integration/messaging/"

SENDING = (
    Mutation(
        name="outbox-row",
        mechanism="the outbox row is written in the transaction of the change",
        otherwise="a change that is rolled back is announced all the same",
        file="shared/messaging/unit_of_work.py",
        before="insert_many(self._rows, session=self.session)",
        after="insert_many(self._rows)",
        tests=(f"{_HERE}test_outbox.py::test_what_was_flushed_goes_with_a_transaction_that_fails_after_it",),
    ),
    Mutation(
        name="outbox-counter",
        mechanism="a key without an aggregate takes its number in the transaction of the message",
        otherwise="a number is taken, and the one behind it is sent first",
        file="shared/messaging/outbox.py",
        before="counters.bulk_write(steps, session=session)",
        after="counters.bulk_write(steps)",
        tests=(f"{_HERE}test_outbox.py::test_nobody_takes_a_number_of_a_key_while_the_one_before_is_not_committed",),
    ),
    Mutation(
        name="outbox-order",
        mechanism="a place in the order of a key is unique",
        otherwise="two messages of a key have the same place, and either may be sent first",
        file="shared/messaging/outbox.py",
        before='("ordinal", 1)), unique=True, name="order")',
        after='("ordinal", 1)), name="order")',
        tests=(f"{_HERE}test_outbox.py::test_two_messages_of_a_key_never_have_the_same_place",),
    ),
    Mutation(
        name="snapshot",
        mechanism="the relay reads a claim in one snapshot",
        otherwise="it sees the second message of a key and misses the first",
        file="shared/messaging/claim.py",
        before="client.start_session(snapshot=True)",
        after="client.start_session()",
        tests=(f"{_HERE}test_relay_claim.py::test_rows_written_while_a_claim_is_read_are_not_half_seen",),
    ),
    Mutation(
        name="order-of-a-claim",
        mechanism="a claim is sorted by version",
        otherwise="messages are sent in the order of clocks",
        file="shared/messaging/claim.py",
        before='(row["topic"], row["key"], row["version"], row["ordinal"])',
        after='row["_id"]',
        tests=(
            f"{_HERE}test_relay_claim.py::test_a_claim_of_few_rows_is_all_of_them_in_the_order_of_their_keys_versions",
        ),
    ),
    Mutation(
        name="lease",
        mechanism="a lease is taken by whoever finds it run out, in the update that takes it",
        otherwise="two relays carry one slot",
        file="shared/messaging/lease.py",
        before="""    taken = collection.find_one_and_update(
        {"_id": name, **_VACANT},""",
        after="""    taken = collection.find_one_and_update(
        {"_id": name},""",
        tests=(f"{_HERE}test_lease.py::test_of_many_who_ask_at_once_one_gets_the_lease",),
    ),
    Mutation(
        name="fence",
        mechanism="the broker shuts out whoever carried the slot before: one transactional id for a slot",
        otherwise="a relay that was paused beyond its lease wakes and sends what is long settled",
        file="shared/messaging/relay.py",
        before='transactional_id = f"{self._settings.topic_prefix}{self._service}.relay.{slot}"',
        after='transactional_id = f"{self._settings.topic_prefix}{self._service}.relay.{slot}.{self._owner}"',
        tests=(
            f"{_HERE}test_relay_fencing.py"
            "::test_a_relay_paused_beyond_its_lease_and_resumed_sends_nothing_that_consumers_see[before_send]",
        ),
    ),
    Mutation(
        name="kafka-transaction",
        mechanism="a claim is one Kafka transaction",
        otherwise="of a claim that failed half way, consumers see the half",
        file="shared/messaging/carrier.py",
        before="transactional_id if settings.kafka.transactions else None",
        after="None",
        tests=(f"{_HERE}test_carrier.py::test_of_a_claim_that_fails_half_way_nothing_is_seen[kafka]",),
    ),
    Mutation(
        name="acks",
        mechanism="a claim is settled when the broker has confirmed it",
        otherwise="what the broker never took is marked as sent",
        file="shared/messaging/carrier.py",
        before="if not outcome.wait(timeout_ms=_left(deadline) * 1000):",
        after="if False:",
        tests=(f"{_HERE}test_carrier.py::test_a_claim_that_the_broker_does_not_confirm_is_not_taken_for_sent",),
    ),
    Mutation(
        name="settling",
        mechanism="settling confirms the lease in its transaction",
        otherwise="a relay that lost its slot goes on settling beside its successor",
        file="shared/messaging/relay.py",
        before="""        def settle(session: ClientSession) -> None:
            held.confirm(session)
""",
        after="""        def settle(session: ClientSession) -> None:
""",
        tests=(f"{_HERE}test_relay_settling.py::test_a_relay_that_lost_its_slot_settles_nothing",),
    ),
    Mutation(
        name="lease-written",
        mechanism="confirming a lease writes it",
        otherwise="a write under the old lease and the take-over are both committed",
        file="shared/messaging/lease.py",
        before="""        result = self.collection.update_one(
            {"_id": self.name, "owner": self.owner, "epoch": self.epoch},
            [{"$set": {"confirmed_at": "$$NOW"}}],
            session=session,
        )
        if result.matched_count != 1:""",
        after="""        if not self.collection.find_one(
            {"_id": self.name, "owner": self.owner, "epoch": self.epoch}, session=session
        ):""",
        tests=(f"{_HERE}test_lease.py::test_a_write_that_does_not_see_the_take_over_before_it_fails_all_the_same",),
    ),
    Mutation(
        name="left-open",
        mechanism="whoever takes a lease over ends the transaction that its last holder has left open",
        otherwise="a slot stands still for a minute or more where its relay was killed while it settled",
        file="shared/messaging/lease.py",
        before="""    _end_what_is_left_open(collection, name)
    asked""",
        after="""    asked""",
        tests=(f"{_HERE}test_lease.py::test_who_hangs_in_a_transaction_keeps_nobody_waiting_once_the_lease_is_over",),
    ),
    Mutation(
        name="bar",
        mechanism="a row that the broker refuses for good bars its key",
        otherwise="the messages behind it overtake it",
        file="shared/messaging/relay.py",
        before="if rest := [row for row in rows[half:] if place_of(row) not in keys]:",
        after="if rest := rows[half:]:",
        tests=(f"{_HERE}test_relay_barred.py::test_the_culprit_is_found_among_many_and_every_other_key_flows",),
    ),
    Mutation(
        name="bar-written",
        mechanism="setting a row aside writes the row that bars it",
        otherwise="a row is set aside behind a bar that was lifted, and waits for ever",
        file="shared/messaging/barred.py",
        before="""    touched = rows.update_many(
        {"_id": {"$in": list(bars)}, "barred": {"$exists": True}}, {"$inc": {"barred.set_aside": 1}}, session=session
    )
    if touched.matched_count != len(bars):""",
        after="""    where = {"_id": {"$in": list(bars)}, "barred": {"$exists": True}}
    touched = rows.count_documents(where, session=session)
    if touched != len(bars):""",
        tests=(f"{_HERE}test_relay_barred.py::test_a_row_set_aside_while_its_bar_is_lifted_never_waits_for_nothing",),
    ),
    Mutation(
        name="resume-position",
        mechanism="a change stream is taken up where it broke off",
        otherwise="what changed while it was broken is heard by nobody",
        file="shared/storage/following.py",
        before="token, moved = stream.resume_token, True",
        after="token, moved = None, True",
        tests=(
            f"{_HERE}test_following.py::test_what_changes_while_the_stream_is_broken_is_heard_once_and_in_order[then]",
        ),
    ),
)
