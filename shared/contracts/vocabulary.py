"""Closed lists that more than one schema uses. Within a version, a list only ever grows."""

ROLES = ("mentor", "mentee")
SIDES = ("offers", "seeks")
VISIBILITIES = ("nobody", "participants", "all")
MEMBERSHIPS = ("active", "grace", "lapsed", "suspended")
FREQUENCIES = ("weekly", "biweekly", "monthly")
FORMATS = ("video", "in_person", "either")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ATTENDEE_STATUSES = ("pending", "confirmed", "waitlisted", "cancelled", "refunded", "no_show")
REGISTRATION_STATUSES = (
    "pending",
    "confirmed",
    "waitlisted",
    "offered",
    "expired",
    "cancelled",
    "refunded",
    "no_show",
)
GROUP_KINDS = ("chapter", "interest")
EVENT_STATES = ("draft", "published", "running", "finished", "cancelled")
PROGRAM_STATES = ("draft", "open", "closed", "running", "completed", "cancelled")
PROGRAM_KINDS = ("cohort", "evergreen", "event")
PROGRAM_FORMATS = ("one_to_one", "group", "peer", "reverse", "flash")
ORGANIZATION_RULES = ("required", "preferred", "indifferent", "avoided", "forbidden")
WEIGHTS = ("off", "low", "medium", "high", "mandatory")
ENROLLMENT_STATES = ("applied", "approved", "paused", "rejected", "withdrawn")
OBJECTIVES = ("best_score", "most_people")
REQUEST_STATES = (
    "queued",
    "sent",
    "viewed",
    "info_requested",
    "accepted",
    "declined",
    "withdrawn",
    "expired",
    "invalidated",
)
REQUEST_MODES = ("parallel", "sequential")
MENTORSHIP_STATES = ("agreement_pending", "active", "on_hold", "completing", "completed", "ended_early")
MENTORSHIP_ORIGINS = ("request", "match_run", "manual")
SESSION_STATES = ("proposed", "confirmed", "held", "missed", "cancelled")
ATTENDANCES = ("awaited", "settled", "disputed")
MILESTONE_STATES = ("open", "completed", "dropped")
HEALTH_STATES = ("new", "on_track", "quiet", "at_risk", "overdue")
MEETING_STATES = ("pending", "accepted", "declined", "expired", "cancelled")
SERVICES = ("profiles", "matching", "events", "notifications")
