"""What stays of an erasure, so that nobody comes back."""

from tests.mutations.mutation import Mutation

REMEMBERING = (
    Mutation(
        name="suppression-list",
        mechanism="records from before an erasure are recognized by what the erased was known by",
        otherwise="a ticket that is sent again brings the erased back",
        file="shared/messaging/erasures.py",
        before="return mark is not None and (said_at is None or said_at <= mark.at)",
        after="return False",
        tests=(
            "tests/integration/events/test_erasing.py::test_a_record_from_before_is_passed_over_and_a_newer_one_is_not[address]",
        ),
    ),
    Mutation(
        name="erased-ids",
        mechanism="the ids of the erased are remembered",
        otherwise="a message that was on its way brings the erased back",
        file="shared/messaging/erasures.py",
        before="return (tenant, member_id) in self._ids",
        after="return False",
        tests=("tests/integration/matching/test_erasing.py::test_no_late_message_brings_the_erased_back",),
    ),
    Mutation(
        name="tombstone",
        mechanism="a copy remembers the version at which its key ended, for good",
        otherwise="an older state that comes late brings the erased back",
        file="shared/messaging/inbox.py",
        before='{"$set": {"version": last.version, "erased": last.data is None}},',
        after='{"$set": {"version": 0 if last.data is None else last.version, "erased": last.data is None}},',
        tests=("tests/integration/notifications/test_erasing.py::test_an_older_state_of_the_erased_is_not_taken_back",),
    ),
)
