"""What must hold whoever writes at the same moment."""

from tests.mutations.mutation import Mutation

INVARIANTS = (
    Mutation(
        name="version-of-an-aggregate",
        mechanism="an aggregate is saved over the version it was read at",
        otherwise="one of two writers undoes what the other has written",
        file="shared/storage/repository.py",
        before='{"_id": aggregate.id, "tenant": aggregate.tenant, "version": aggregate.version},',
        after='{"_id": aggregate.id, "tenant": aggregate.tenant},',
        tests=(
            "tests/integration/messaging/test_aggregates.py::test_what_was_read_before_another_wrote_is_not_written_over_it",
        ),
    ),
    Mutation(
        name="capacity",
        mechanism="a mentor's seat is taken in the update that finds it free",
        otherwise="a mentor has more mentees than they offered to take",
        file="services/matching/store/loads.py",
        before='"paused": False, "$expr": _SEAT_FREE}\n        return self._count(',
        after='"paused": False}\n        return self._count(',
        tests=(
            "tests/integration/matching/test_capacity.py"
            "::test_lowering_capacity_below_the_load_ends_nothing_and_blocks_new_pairs",
        ),
    ),
    Mutation(
        name="one-open-request",
        mechanism="an open request of a pair is unique in its program",
        otherwise="a mentor is asked twice by the same mentee",
        file="services/matching/store/requests.py",
        before="""        unique=True,
        partial={"state": _OPEN},""",
        after="""        partial={"state": _OPEN},""",
        tests=(
            "tests/integration/matching/test_requests.py::test_a_second_open_request_of_a_pair_is_refused_by_the_database_itself",
        ),
    ),
    Mutation(
        name="one-live-pair",
        mechanism="a live mentorship of a pair is unique in its program",
        otherwise="two are paired twice",
        file="services/matching/store/mentorships.py",
        before="""        unique=True,
        partial={"state": _LIVE},""",
        after="""        partial={"state": _LIVE},""",
        tests=("tests/integration/matching/test_capacity.py::test_the_same_pair_lives_once_though_there_are_seats",),
    ),
    Mutation(
        name="seat",
        mechanism="a seat of an event is taken in the update that finds it free",
        otherwise="an event has more guests than chairs",
        file="services/events/store/events.py",
        before='"$expr": {"$and": [_NOT_FULL, _NOBODY_WAITS]}',
        after='"$expr": _NOBODY_WAITS',
        tests=(
            "tests/integration/events/test_registering.py::test_a_full_event_refuses_and_a_freed_seat_is_given_again",
        ),
    ),
    Mutation(
        name="one-registration",
        mechanism="a member's own live registration for an event is unique",
        otherwise="one who clicks twice takes two seats",
        file="services/events/store/indexes.py",
        before="""        unique=True,
        partial={"own_live": True},""",
        after="""        partial={"own_live": True},""",
        tests=(
            "tests/integration/events/test_registering.py::test_a_second_registration_of_a_member_is_refused_by_the_database_itself",
        ),
    ),
    Mutation(
        name="idempotency-key",
        mechanism="the answer to a request with an `Idempotency-Key` is written in the transaction of its effect",
        otherwise="a request that is sent again has its effect again",
        file="shared/web/idempotency.py",
        before="            rows.insert_one(row, session=current.session)",
        after="            pass",
        tests=(
            "tests/integration/web/test_idempotent_writes.py::test_a_write_sent_again_leaves_nothing_of_its_second_run",
        ),
    ),
)
