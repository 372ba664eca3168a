"""Rebuilding, restoring and upgrading."""

from tests.mutations.mutation import Mutation

_HERE = "tests/integration/messaging/"
_REBUILD = f"{_HERE}test_rebuild.py::"
_RESTORE = f"{_HERE}test_restoring.py::"
_EARLIER = f"{_RESTORE}test_a_database_of_an_hour_ago_tells_its_state_again_and_does_again_what_it_had_done_since"
_ERASED = f"{_RESTORE}test_who_was_erased_since_is_not_back_and_whoever_is_still_there_is_told_of_above_all_that_was"
_OLD = "tests/integration/upgrading/test_documents_of_before.py::"
_VERSIONS = f"{_HERE}test_other_versions.py::"

REBUILDING = (
    Mutation(
        name="rebuild-swap",
        mechanism="the rebuilt copy takes the place of the old one",
        otherwise="a rebuild says that it is done, and the spoiled copy serves on",
        file="shared/messaging/rebuild.py",
        before="self.shadow[name].rename(name, dropTarget=True)",
        after="pass",
        tests=(f"{_REBUILD}test_a_spoiled_copy_is_made_anew_and_nothing_is_told_again",),
    ),
    Mutation(
        name="rebuild-last-look",
        mechanism="what came last is read behind closed gates",
        otherwise="what was handled just before the swap is not in the new copy",
        file="shared/messaging/rebuild.py",
        before="""            self._go(Stage.CATCHING_UP, place)
            return self._swap(leave_out_missing)""",
        after="""            return self._swap(leave_out_missing)""",
        tests=(f"{_REBUILD}test_a_message_between_the_last_catch_up_and_the_swap_is_in_the_new_copy",),
    ),
    Mutation(
        name="rebuild-behind",
        mechanism="a rebuilt copy stands where its worker stands",
        otherwise="the worker takes for told what it never told",
        file="shared/messaging/copying.py",
        before="else version <= row.version",
        after="else True",
        tests=(f"{_REBUILD}test_the_new_copy_does_not_run_ahead_of_a_worker_that_has_still_to_tell",),
    ),
    Mutation(
        name="rebuild-erased",
        mechanism="a rebuild passes over what the log still says of the erased",
        otherwise="a rebuild brings them back",
        file="shared/messaging/copying.py",
        before="if row is not None and row.erased and message.data is not None:",
        after="if False:",
        tests=(f"{_REBUILD}test_the_erased_stay_erased_though_the_log_has_them_alive_at_the_version_of_their_end",),
    ),
    Mutation(
        name="rebuild-missing",
        mechanism="what the log does not have stops a rebuild",
        otherwise="it is gone, and nobody was asked",
        file="shared/messaging/rebuild.py",
        before="if missing and not leave_out_missing:",
        after="if False:",
        tests=(f"{_REBUILD}test_what_the_log_does_not_have_stops_the_rebuild_unless_it_may_be_left_out",),
    ),
    Mutation(
        name="rebuild-overtaken",
        mechanism="a rebuild that was overtaken finds no shadow to put in the old copy's place",
        otherwise="it puts a copy of long ago there",
        file="shared/messaging/gate.py",
        before="""        shadow.drop_leftovers(database, reaction)
""",
        after="",
        tests=(f"{_REBUILD}test_a_rebuild_that_stood_still_beyond_its_lease_swaps_nothing[False]",),
    ),
)

RESTORING = (
    Mutation(
        name="restore-rewind",
        mechanism="the workers of a service that was put back read again",
        otherwise="what they had handled since is undone for good",
        file="shared/messaging/restoring.py",
        before="            log.rewind(group, {part: earlier[part] for part in beyond})\n",
        after="",
        tests=(_EARLIER,),
    ),
    Mutation(
        name="restore-epoch",
        mechanism="versions are raised by the restore epoch",
        otherwise="what a service tells from then on is taken for old by whoever heard of later versions",
        file="shared/messaging/unit_of_work.py",
        before="version = None if version is None else version + self.epoch",
        after="pass",
        tests=(_ERASED,),
    ),
    Mutation(
        name="restore-identifiers",
        mechanism="so are the versions of members' identifiers",
        otherwise="a ticket stays with the member to whom a lost write had moved it",
        file="services/profiles/commands/announce_member.py",
        before="version=each.version + transaction.epoch",
        after="version=each.version",
        tests=(_ERASED,),
    ),
    Mutation(
        name="restore-etag",
        mechanism="so is every `ETag`",
        otherwise="who read a state that is lost overwrites another one that has its number",
        file="shared/web/etags.py",
        before="version + unit_of_work.epoch() if",
        after="version if",
        tests=(f"{_RESTORE}test_what_was_read_before_a_restore_matches_nothing_after_it",),
    ),
    Mutation(
        name="restore-told-again",
        mechanism="a service that was put back tells its facts again",
        otherwise="the others keep a state that is lost until it changes",
        file="shared/messaging/restoring.py",
        before="            for each in self.facts\n",
        after="            for each in ()\n",
        tests=(_ERASED,),
    ),
    Mutation(
        name="restore-erasures",
        mechanism="erasures since are carried out again",
        otherwise="a restore brings the erased back",
        file="shared/messaging/restoring.py",
        before="raised.run(lambda transaction, data=data: erase_again(transaction, data), tenant=tenant)",
        after="pass",
        tests=(_ERASED,),
    ),
    Mutation(
        name="restore-lost",
        mechanism="lost writes are what the log has and the outbox does not know",
        otherwise="an operator cannot tell the lost from the kept",
        file="shared/messaging/restoring.py",
        before="if each.id not in known)",
        after=")",
        tests=(_EARLIER,),
    ),
    Mutation(
        name="restore-at-rest",
        mechanism="a service is put back while none of its workers runs",
        otherwise="its workers store how far they were, and read nothing again",
        file="shared/messaging/log.py",
        before="if any(issubclass(error, UnknownMemberIdError) for error in refused):",
        after="if False:",
        tests=(_EARLIER,),
    ),
)

UPGRADING = (
    Mutation(
        name="later-fields",
        mechanism="a reader passes over fields that it does not know",
        otherwise="a message of the next version is dead for the version before",
        file="shared/contracts/validation.py",
        before="_compile(json_schema.tolerant(json_schema.strict(schema)))",
        after="_compile(json_schema.strict(schema))",
        tests=(f"{_VERSIONS}test_messages_of_older_and_of_later_versions_are_handled_and_none_is_put_aside[profiles]",),
    ),
    Mutation(
        name="later-types",
        mechanism="a reader leaves types alone that it does not know",
        otherwise="the first message of a new type is dead for the version before",
        file="shared/messaging/reading.py",
        before="    if OUTSIDE not in registry.topic(record.topic).written_by:\n        return None\n",
        after="",
        tests=(f"{_VERSIONS}test_messages_of_older_and_of_later_versions_are_handled_and_none_is_put_aside[profiles]",),
    ),
    Mutation(
        name="earlier-fields",
        mechanism="no field is required that 0.1.0 did not write",
        otherwise="what lies on the log since then is dead for a new reader",
        file="shared/contracts/events.py",
        before='configured = Flag("Whether the tenant has configured a source of this name; absent: not known.")',
        after='configured = Flag("Whether the tenant has configured a source of this name.", required=True)',
        tests=("tests/contract/test_releases.py::test_what_a_released_version_wrote_is_read_now",),
    ),
    Mutation(
        name="earlier-run",
        mechanism="a match run of 0.1.0 has those without a partner in it",
        otherwise="after an upgrade runs seem to have left nobody out",
        file="services/matching/store/runs.py",
        before="if run.unmatched is not None:",
        after="if False:",
        tests=(f"{_OLD}test_what_a_run_of_before_left_out_is_told",),
    ),
    Mutation(
        name="earlier-delivery",
        mechanism="a mail that 0.1.0 left to be sent tells of one notification",
        otherwise="a worker fails for each mail that waits during an upgrade",
        file="services/notifications/store.py",
        before='alone = document.get("notification_id")',
        after="alone = None",
        tests=(f"{_OLD}test_every_aggregate_of_before_is_read_by_the_store[notifications]",),
    ),
    Mutation(
        name="earlier-actions",
        mechanism="the actions of a session are texts in 0.1.0",
        otherwise="after an upgrade no session with actions can be read",
        file="services/matching/store/sessions.py",
        before='if (actions := document.get("action_items")) is None:',
        after='if (actions := document.get("actions", ())) is None:',
        tests=(f"{_OLD}test_every_aggregate_of_before_is_read_by_the_store[matching]",),
    ),
    Mutation(
        name="earlier-attendance",
        mechanism="0.1.0 did not keep when somebody was told that they attend",
        otherwise="no calendar and no export of whoever was registered by then",
        file="services/events/store/attendance.py",
        before='each.get("updated_at", _LONG_AGO)',
        after='each["updated_at"]',
        tests=(f"{_OLD}test_what_was_under_way_goes_on",),
    ),
    Mutation(
        name="earlier-answer",
        mechanism="answers to an `Idempotency-Key` that 0.1.0 kept are given again",
        otherwise="a request that is sent again during an upgrade fails",
        file="shared/web/idempotency.py",
        before='if "sealed" not in stored:',
        after="if False:",
        tests=(f"{_OLD}test_a_request_that_the_version_before_answered_is_answered_by_it_again",),
    ),
    Mutation(
        name="later-actions",
        mechanism="0.1.0 finds the texts of a session's actions where it looks for them",
        otherwise="its processes save what they cannot read, and actions are spoiled",
        file="services/matching/store/sessions.py",
        before='return {**document, "actions": [each["text"] for each in items], "action_items": items}',
        after='return {**document, "action_items": items}',
        tests=(
            "tests/integration/http/test_documents_for_before.py"
            "::test_what_is_written_by_a_request_was_read_by_a_released_version[matching-0.1.0]",
        ),
    ),
    Mutation(
        name="index-replaced",
        mechanism="`ithaca migrate` drops an index that a new one replaces",
        otherwise="the old rule refuses what the new one allows",
        file="shared/storage/migrations.py",
        before="            _drop(database[index.collection], index.replaces)\n",
        after="            pass\n",
        tests=(f"{_OLD}test_a_letter_may_lie_where_one_lay_before_the_topic_was_made_anew",),
    ),
)
