"""`members.v1`: every member in full, and the only long-lived topic with personal data.

Compacted: the last message of a key is the member as they are now; erasure leaves a tombstone, and then nothing.
"""

from shared.contracts.fields import (
    ByName,
    Choice,
    Code,
    Day,
    Email,
    Flag,
    Id,
    Line,
    Many,
    One,
    Record,
    Text,
    TimeOfDay,
    Timestamp,
    Whole,
)
from shared.contracts.message_type import message_type
from shared.contracts.topic import DAY, HOUR, Topic, compacted
from shared.contracts.vocabulary import DAYS, FORMATS, FREQUENCIES, MEMBERSHIPS, ROLES, SIDES, VISIBILITIES

TOPIC = Topic(
    "members.v1",
    "Every member in full. Personal data: what an erasure replaces is gone within a day of compaction.",
    ("profiles",),
    compacted(max_compaction_lag_ms=DAY, segment_ms=6 * HOUR, delete_retention_ms=30 * DAY),
)


class MemberIdentifier(Record):
    """A name that some system gives the member, unique per tenant among (issuer, value)."""

    issuer = Line(
        "Who gives it: `ams`, `email`, an OIDC issuer, or a ticket system (`pretix`).", 200, shortest=1, required=True
    )
    value = Line(
        "The name; of a ticket system `source_event_id/source_registration_id`; e-mail is case-folded.",
        420,
        shortest=1,
        required=True,
    )
    as_of = Timestamp("When its issuer last said so.")
    version = Whole("Rises whenever the identifier changes its owner; readers keep the highest.", 1, 2**53)


class MemberLanguage(Record):
    """A language the member speaks."""

    code = Line("As a BCP 47 tag, `en`.", 35, shortest=2, required=True)
    level = Whole("From 1, basic, to 5, native.", 1, 5, required=True)


class MemberSkill(Record):
    """A skill the member offers or seeks."""

    id = Line("The concept in the skill taxonomy; absent for a free label.", 200, shortest=1)
    label = Line("The skill, in words.", 120, shortest=1, required=True)
    level = Whole(
        "From 1, a beginner, to 5, an expert; of a sought skill, where the member stands.", 1, 5, required=True
    )
    side = Choice("Whether the member offers or seeks it.", SIDES, required=True)


class MemberGoal(Record):
    """Something the member works toward."""

    text = Text("The goal, in the member's words.", 1000, shortest=1, required=True)
    measure = Text("How one will know it is reached.", 500)
    target_date = Day("By when.")


class MemberAvailability(Record):
    """A weekly window, in the member's own local wall time."""

    day = Choice("The day of the week.", DAYS, required=True)
    from_ = TimeOfDay("Its start.", required=True, data_key="from")
    to = TimeOfDay("Its end, later than the start.", required=True)


class Member(Record):
    """A member in full. Left out or null: not known."""

    id = Id("The member.", required=True)
    given_name = Line("Given name.", 200, required=True)
    family_name = Line("Family name.", 200, required=True)
    email = Email("Where mail reaches the member.")
    identifiers = Many("Every name the member has elsewhere.", One("A name.", MemberIdentifier, required=True), 1000)
    roles = Many("What the member is willing to be.", Choice("A role.", ROLES, required=True), 2)
    organization = Line("The organization the member works for.", 200)
    job_title = Line("What the member does there.", 200)
    industry = Line("The industry.", 200)
    seniority = Whole("0 student, 1 early, 2 mid, 3 senior, 4 executive.", 0, 4)
    time_zone = Line("IANA time zone, `Europe/Rome`.", 64)
    locale = Line("Preferred language as a BCP 47 tag.", 35)
    groups = Many("Chapters and interest groups the member belongs to.", Id("A group.", required=True), 500)
    languages = Many("Languages, with levels.", One("A language.", MemberLanguage, required=True), 50)
    skills = Many("Skills offered and sought.", One("A skill.", MemberSkill, required=True), 200)
    goals = Many("Goals.", One("A goal.", MemberGoal, required=True), 50)
    availability = Many("Weekly windows.", One("A window.", MemberAvailability, required=True), 100)
    frequency = Choice("How often the member would like to meet.", FREQUENCIES)
    format = Choice("How the member would like to meet.", FORMATS)
    membership = Choice("Standing in the association; lapsed and suspended start nothing new.", MEMBERSHIPS)
    grade = Line("Grade of membership, as the association calls it: `Fellow`.", 200)
    section = Line("Section or chapter that the association counts the member to.", 200)
    verified = Many(
        "Fields that are as the association's own system has them; `member_number` is the identifier of `ams`.",
        Code("A field's name.", required=True),
        20,
    )
    visibility = ByName(
        "Who may see a field, by the field's name; fields not named have their default.",
        Choice("Who may see it.", VISIBILITIES, required=True),
        50,
    )
    provisional = Flag("Made from an attendee record, not yet claimed by the person or fed by the association.")


class MemberDeactivated(Member):
    """A member in full, after leaving for now; may come back as updated."""

    reason = Code("Why: `scim`, `feed`, `staff`, `conduct`.")


class MemberMerged(Record):
    """On the key of the member that was merged away. Nothing personal stays on this key."""

    id = Id("The member merged away.", required=True)
    merged_into = Id("The member that survives and has its identifiers now.", required=True)


TYPES = (
    message_type("member.registered.v1", TOPIC, Member, "A member is new: by hand, feed, SCIM or an attendee record."),
    message_type("member.updated.v1", TOPIC, Member, "A member changed, or is announced again."),
    message_type("member.deactivated.v1", TOPIC, MemberDeactivated, "A member was deactivated; nothing new may start."),
    message_type("member.merged.v1", TOPIC, MemberMerged, "A member turned out to be another one."),
    message_type("member.unmerged.v1", TOPIC, Member, "A merge was undone: the member is back, in full."),
    message_type("member.erased.v1", TOPIC, None, "The tombstone of an erased member; its headers alone suffice."),
)
