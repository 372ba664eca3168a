"""The indexes of all collections of events."""

from services.events.store import round_links, round_places, round_series, schedules
from shared.messaging import second_looks
from shared.storage import Index, association_defaults, group_names, kept_apart, merges
from shared.storage.migrations import existence

_ORIGIN = (
    ("tenant", 1),
    ("origin.source", 1),
    ("origin.source_event_id", 1),
    ("origin.source_registration_id", 1),
)

# Most tickets come before their member: what nobody is known for has no entry where only members are looked for.
_OF_SOMEBODY = {"member_id": {"$gt": ""}}

INDEXES = (
    *association_defaults.INDEXES,
    *group_names.INDEXES,
    *kept_apart.INDEXES,
    *merges.INDEXES,
    *second_looks.INDEXES,
    *round_series.INDEXES,
    *round_places.INDEXES,
    *round_links.INDEXES,
    Index("events", (("tenant", 1), ("_id", 1)), name="of_tenant"),
    Index("events", (("tenant", 1), ("sources.source", 1), ("_id", 1)), name="of_source"),
    Index("registrations", _ORIGIN, unique=True, partial={"origin.source": {"$exists": True}}, name="one_per_origin"),
    Index("registrations", (("tenant", 1), ("event_id", 1), ("_id", 1)), name="of_event"),
    Index(
        "registrations",
        (("tenant", 1), ("member_id", 1), ("event_id", 1)),
        partial=_OF_SOMEBODY,
        name="of_known_member",
    ),
    Index("registrations", (("tenant", 1), ("made_as", 1)), partial={"made_as": {"$gt": ""}}, name="of_maker"),
    Index(
        "registrations",
        (("tenant", 1), ("event_id", 1), ("member_id", 1), ("own_live", 1)),
        unique=True,
        partial={"own_live": True},
        name="one_own_live",
    ),
    Index(
        "registrations",
        (("tenant", 1), ("event_id", 1), ("status", 1), ("place", 1)),
        partial={"place": {"$gt": 0}},
        name="waiting_in_line",
    ),
    Index(
        "unmapped",
        tuple((field.replace("origin.", "record.origin."), direction) for field, direction in _ORIGIN),
        unique=True,
        name="one_per_origin",
    ),
    Index("unmapped", (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index("unmapped", (("tenant", 1), ("_id", 1)), name="of_tenant"),
    Index("attendance", (("tenant", 1), ("member_id", 1)), name="of_member"),
    Index("attendance", (("tenant", 1), ("event_id", 1)), name="of_event"),
    Index("calendars", (("tenant", 1), ("member_id", 1)), unique=True, name="one_per_member"),
    Index("mentoring_sessions", (("tenant", 1), ("parties", 1), ("ends_at", 1)), name="of_member"),
    Index("mentoring_sessions", (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index("identifiers", (("tenant", 1), ("member_id", 1)), partial=_OF_SOMEBODY, name="of_known_member"),
    Index("members", (("tenant", 1), ("search", 1)), name="search"),
    Index("imports", (("tenant", 1), ("_id", 1)), name="of_tenant"),
    Index("imports", (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index("source_events", (("due_at", 1),), name="due"),
    Index("source_events", (("tenant", 1), ("source", 1), ("open", 1)), name="open_of_source"),
    Index("source_names", (("due_at", 1),), name="due"),
    Index("sources", (("tenant", 1), ("_id", 1)), name="of_tenant"),
    Index("sources", (("tenant", 1), ("name", 1)), unique=True, name="one_of_a_name"),
    Index("source_plans", (("due_at", 1),), name="due"),
    Index("source_syncs", (("due_at", 1),), name="due"),
    Index("source_syncs", (("source_id", 1), ("source_event_id", 1)), name="of_source"),
    Index("source_fetches", (("due_at", 1),), name="due"),
    Index("source_fetches", (("source_id", 1),), name="of_source"),
    Index("deliveries", (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index("refused", (("tenant", 1), ("source", 1), ("what", 1)), unique=True, name="one_of_a_kind"),
    Index("refused", (("tenant", 1), ("_id", 1)), name="of_tenant"),
    Index("refused", (("expire_at", 1),), expire_after_seconds=0, name="expiry"),
    Index("closures", (("due_at", 1),), name="due"),
    Index("promotions", (("due_at", 1),), name="due"),
    Index("offers", (("due_at", 1),), name="due"),
    Index("departures", (("due_at", 1),), name="due"),
    Index("held_time", (("tenant", 1), ("held.id", 1)), name="of_thing"),
    existence("slot_plans"),
    existence("slot_gates"),
    Index("meeting_groups", (("tenant", 1), ("groups.member_ids", 1)), name="of_listed"),
    Index("slot_tables", (("tenant", 1), ("slot_id", 1)), name="of_slot"),
    Index("meetings", (("tenant", 1), ("event_id", 1), ("_id", 1)), name="of_event"),
    Index("meetings", (("tenant", 1), ("event_id", 1), ("slot_id", 1)), name="of_slot"),
    Index("meetings", (("tenant", 1), ("party_ids", 1), ("event_id", 1)), name="of_party"),
    Index(
        "meetings", (("tenant", 1), ("requester_as", 1)), partial={"requester_as": {"$gt": ""}}, name="of_first_asker"
    ),
    Index("meetings", (("tenant", 1), ("invitee_as", 1)), partial={"invitee_as": {"$gt": ""}}, name="of_first_asked"),
    Index("meetings", (("state", 1), ("due_at", 1)), name="due"),
    Index("wishes", (("tenant", 1), ("event_id", 1)), name="of_event"),
    Index("wishes", (("tenant", 1), ("member_id", 1)), name="of_member"),
    Index("wishes", (("tenant", 1), ("wishes", 1)), name="of_wished"),
    Index("wishes", (("tenant", 1), ("no_thanks", 1)), name="of_declined"),
    *schedules.INDEXES,
    Index("dead", (("tenant", 1), ("topic", 1), ("_id", 1)), name="of_tenant"),
)
