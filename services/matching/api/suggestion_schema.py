"""A pair that fits, as people see it."""

from marshmallow import fields, validate

from services.matching.domain.parts import Part
from services.matching.domain.response import Band
from shared.contracts.fields import ByName, Choice, Code, Id, Many, Record, Text

MOST_VERIFIED = 20


def share(about: str) -> fields.Float:
    """A number in [0, 1] that an answer has; nobody sends one."""
    return fields.Float(required=True, validate=validate.Range(0, 1), metadata={"description": about})


def response_band() -> Choice:
    """How soon a mentor answers, as everybody is told."""
    bands = tuple(each.value for each in Band)
    return Choice("How soon the mentor usually answers; absent until there are answers enough to say.", bands)


def verified(whose: str) -> Many:
    """Names of fields that are as the association's own system has them."""
    about = (
        f"What the association's own system vouches for of the {whose}: `member_number`, `organization` and the like."
    )
    return Many(about, Code("", required=True), MOST_VERIFIED)


class SuggestionSchema(Record):
    """Two people and why."""

    mentor_id = Id("The mentor.", required=True)
    mentee_id = Id("The mentee.", required=True)
    score = share("How well they fit.")
    parts = ByName(
        "How well they fit in each respect; one that nothing is known of is left out.",
        share(""),
        len(Part),
        required=True,
    )
    reasons = Many("A sentence for each part.", Text("Why.", 1000), len(Part), required=True)
    mentor_verified = verified("mentor")
    mentee_verified = verified("mentee")


class RecommendationSchema(SuggestionSchema):
    """Somebody to ask, or to be asked by."""

    response_band = response_band()
