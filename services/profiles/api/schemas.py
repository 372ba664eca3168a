"""Members as HTTP shows and takes them: the records of the members topic, with checks that need more than a shape."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, validates, validates_schema

from services.profiles.api.earned import ProgressSchema, RecognitionSchema
from services.profiles.api.shapes import Tag, require_zone
from services.profiles.domain.member import AMS, EMAIL, SCIM, SCIM_EXTERNAL, can_be_folded
from services.profiles.domain.member_row import LONGEST_NUMBER
from services.profiles.domain.visibility import DEFAULTS
from shared.contracts import members
from shared.contracts.fields import EMAIL_PATTERN, Choice, Email, Id, Line, Many, One, Record, Timestamp, Whole
from shared.contracts.vocabulary import FORMATS, FREQUENCIES, MEMBERSHIPS, ROLES, VISIBILITIES

_BLANK = "Must not be blank."


class MemberSchema(members.Member):
    """A member, as far as the caller may see."""

    given_name = Line("Given name.", 200)
    family_name = Line("Family name.", 200)
    progress = Many(
        "Skills in which the member reached milestones, the latest first; where one member is read, not in lists.",
        One("", ProgressSchema, required=True),
        10_000,
    )
    recognition = One("What others thanked the member for; where one member is read, not in lists.", RecognitionSchema)


class LanguageBody(members.MemberLanguage):
    """A language the member speaks."""

    code = Tag("As a BCP 47 tag, `en`.", required=True)


class AvailabilityBody(members.MemberAvailability):
    """A weekly window, in the member's own local wall time."""

    @validates_schema
    def _ends_after_its_start(self, data: dict[str, Any], **_: Any) -> None:
        if data["from_"] >= data["to"]:
            raise ValidationError("Must be later than the start; a window over midnight is two.", "to")


class IdentifierBody(Record):
    """A name that some system gives the member. Ticket systems' registrations come by attendee records only."""

    issuer = Line("Who gives it: `ams`, `email`, an OIDC issuer.", 200, shortest=1, required=True)
    value = Line("The name.", 420, shortest=1, required=True)
    as_of = Timestamp("When its issuer said so; now, unless given.")

    @validates_schema
    def _is_one_that_people_give(self, data: dict[str, Any], **_: Any) -> None:
        issuer, value = data["issuer"], data["value"]
        as_of = data.get("as_of")
        if as_of is not None and not 1900 <= as_of.year < 2200:
            raise ValidationError("Must be from 1900 to 2199 in UTC, too.", "as_of")
        if not value.strip():
            raise ValidationError(_BLANK, "value")
        if issuer == EMAIL and not (re.fullmatch(EMAIL_PATTERN, value) and can_be_folded(value)):
            raise ValidationError("Not an e-mail address.", "value")
        if issuer not in (AMS, EMAIL, SCIM, SCIM_EXTERNAL) and "://" not in issuer and "/" in value:
            raise ValidationError("Registrations in ticket systems come by attendee records.", "value")


VisibilityBody = Record.from_dict(
    {name: Choice(f"`{default}` unless said.", VISIBILITIES) for name, default in DEFAULTS.items()},
    name="VisibilityBody",
)


class MemberChangesSchema(Record):
    """A merge patch: null takes a value away, a list replaces the whole list."""

    given_name = Line("Given name.", 200, shortest=1, nullable=False)
    family_name = Line("Family name; empty for people of one name.", 200, nullable=False)
    email = Email("Where mail reaches the member; one of the identifiers.")
    identifiers = Many("The names beside the e-mail address.", One("A name.", IdentifierBody, required=True), 50)
    roles = Many("What the member is willing to be.", Choice("A role.", ROLES, required=True), 2)
    organization = Line("The organization the member works for.", 200)
    job_title = Line("What the member does there.", 200)
    industry = Line("The industry.", 200)
    seniority = Whole("0 student, 1 early, 2 mid, 3 senior, 4 executive.", 0, 4)
    time_zone = Line("IANA time zone, `Europe/Rome`.", 64)
    locale = Tag("Preferred language as a BCP 47 tag.")
    languages = Many("Languages, with levels.", One("A language.", LanguageBody, required=True), 50)
    skills = Many("Skills offered and sought.", One("A skill.", members.MemberSkill, required=True), 200)
    goals = Many("Goals.", One("A goal.", members.MemberGoal, required=True), 50)
    availability = Many("Weekly windows.", One("A window.", AvailabilityBody, required=True), 100)
    frequency = Choice("How often the member would like to meet.", FREQUENCIES)
    format = Choice("How the member would like to meet.", FORMATS)
    membership = Choice("Standing in the association.", MEMBERSHIPS, nullable=False)
    grade = Line("Grade of membership, as the association calls it.", 200)
    section = Line("Section or chapter that the association counts the member to.", 200)
    visibility = One("Who may see a field; null: as by default.", VisibilityBody)

    @validates("given_name")
    def _is_not_blank(self, value: str, **_: Any) -> None:
        if not value.strip():
            raise ValidationError(_BLANK)

    @validates("email")
    def _can_be_folded(self, value: str | None, **_: Any) -> None:
        if value is not None and not can_be_folded(value):
            raise ValidationError("The address is too long once case-folded.")

    @validates("time_zone")
    def _is_a_zone(self, value: str | None, **_: Any) -> None:
        require_zone(value)


class NewMemberSchema(MemberChangesSchema):
    """A member to register."""

    given_name = Line("Given name.", 200, shortest=1, required=True)
    family_name = Line("Family name; empty for people of one name.", 200, required=True)


class FeedRowSchema(MemberChangesSchema):
    """One row of a feed: what it leaves out stays as it is. Goals, availability and visibility are the member's own."""

    class Meta:
        exclude = ("identifiers", "visibility", "goals", "availability")

    member_number = Line("The association's number for the member.", LONGEST_NUMBER, shortest=1, required=True)
    given_name = Line("Given name.", 200, shortest=1, required=True)

    @validates("member_number")
    def _number_is_not_blank(self, value: str, **_: Any) -> None:
        if not value.strip():
            raise ValidationError(_BLANK)


class SearchSchema(Schema):
    """What members are to be: all of it, whatever case and accents."""

    q = Line(
        "Words of name, organization, job title, grade, section, industry or skills; a name by its first letters, too.",
        200,
    )
    skill = Line("A skill, by its label or its id in the taxonomy.", 200)
    industry = Line("The industry.", 200)
    language = Line("A language's code, `en`.", 35)
    role = Choice("A role they are willing to have.", ROLES)
    group = Id("A chapter or interest group that they are in.")


class MetSchema(Record):
    """Somebody whom the calling member met."""

    event_id = Id("The event.", required=True)
    met_at = Timestamp("When their meeting was over.", required=True)
    member = One("Whom, as far as the caller may see.", MemberSchema, required=True)
