"""A pair that fits, as people see it."""

from marshmallow import fields, validate

from services.matching.domain.parts import Part
from shared.contracts.fields import ByName, Id, Many, Record, Text


def share(about: str) -> fields.Float:
    """A number in [0, 1] that an answer has; nobody sends one."""
    return fields.Float(required=True, validate=validate.Range(0, 1), metadata={"description": about})


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
