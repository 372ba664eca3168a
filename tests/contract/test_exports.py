"""Whatever a service keeps is in its share of an export, or it is said here why it is not."""

import pytest

from shared.service import Service, lay
from shared.settings import read
from tests.integration.http.operations import BUILDS

EXPORTED = {
    "profiles": {
        "members",
        "identifiers",
        "groups",
        "participations",
        "registrations",
        "earnings",
        "encounters",
        "merges",
    },
    "matching": {
        "copies",
        "enrollments",
        "mentor_loads",
        "attendances",
        "encounters",
        "requests",
        "mentorships",
        "agreements",
        "goals",
        "ratings",
        "plan_items",
        "sessions",
        "milestones",
        "appreciations",
        "introductions",
        "shared_items",
        "private_notes",
        "surveys",
        "tasks",
        "blocks",
        "reports",
        "measures",
        "merges",
    },
    "events": {
        "members",
        "identifiers",
        "registrations",
        "attendance",
        "calendars",
        "mentoring_sessions",
        "meetings",
        "planned_meetings",
        "topics",
        "corner_offers",
        "wishes",
        "round_places",
        "round_seats",
        "merges",
    },
    "notifications": {
        "people",
        "registrations",
        "participants",
        "notifications",
        "deliveries",
        "webhook_deliveries",
        "preferences",
        "mail_counts",
        "bounced_addresses",
        "push_addresses",
    },
}
"""In the sections of `commands/export_share.py`, what these are found by, or a copy of what another service gives."""

OF_NOBODY = {
    "profiles": {
        "associations",
        "events",
        "skill_lists",
        "skills",
        "admissions",
        "comparisons",
        "erasure_requests",
    },
    "matching": {
        "association_defaults",
        "group_names",
        "programs",
        "templates",
        "attendee_sweeps",
        "program_sweeps",
        "second_looks",
        "suspensions",
    },
    "events": {
        "association_defaults",
        "events",
        "event_programs",
        "corners",
        "group_names",
        "schedules",
        "source_events",
        "source_names",
        "sources",
        "source_plans",
        "source_syncs",
        "source_fetches",
        "deliveries",
        "slot_plans",
        "slot_tables",
        "slot_gates",
        "round_links",
        "closures",
        "promotions",
        "offers",
        "second_looks",
        "imports",
    },
    "notifications": {
        "associations",
        "event_news",
        "program_news",
        "mail_paces",
        "webhooks",
        "webhook_lines",
        "webhook_bells",
    },
}
"""Of the association, its events and programs, or of work to do: about no member."""

PASSING = {
    "profiles": {"exports", "export_chunks", "imports", "import_rows", "import_named", "merge_undos"},
    "matching": {"run_inputs", "run_parts"},
    "events": {"dead", "refused", "unmapped", "departures", "held_time"},
}
"""Gone after some days: archives themselves, files on their way, what merges can be undone by, copies that a match run
was computed from, records that nobody was found for; of who left an event and whose time is taken, what meetings
say."""

NOT_TOLD = {
    "profiles": {"merge_candidates", "kept_apart"},
    "matching": {"match_runs", "proposals", "run_unmatched", "pairs", "watches"},
    "events": {"kept_apart", "meeting_groups", "round_series", "round_sheets"},
}
"""In which group an organizer has whom, and whom one keeps apart in speed rounds. And what coordinators weigh:
participants see a pair once it is published, and then it is a mentorship; how that is doing is worked out from its
dates and sessions, which they have. And who is kept apart, by whichever of the two: a member sees their own blocks,
never others'."""


def described(name: str) -> Service:
    foundation = lay(read({}), name)
    try:
        return BUILDS[name](foundation)
    finally:
        foundation.close()


@pytest.mark.parametrize("name", BUILDS)
def test_every_collection_is_exported_or_has_a_reason_not_to_be(name: str) -> None:
    kept = {index.collection for index in described(name).indexes}
    said = [table.get(name, set()) for table in (EXPORTED, OF_NOBODY, PASSING, NOT_TOLD)]
    unsaid = kept.difference(*said)
    assert not unsaid, f"add it to the share of {name} in commands/export_share.py, or say here why not: {unsaid}"
    assert sum(len(each) for each in said) == len(set[str]().union(*said)), "one reason for each"


@pytest.mark.parametrize("name", BUILDS)
def test_every_service_has_a_share(name: str) -> None:
    assert described(name).share is not None
