"""A page of recommendations as JSON, without a walk through its schema: that took a sixth of an answer's time."""

from collections.abc import Sequence
from typing import Any

from services.matching.engine.suggestions import Suggestion
from shared.web.bodies import encode


def recommendations_json(found: Sequence[Suggestion]) -> bytes:
    """The only page there is, as RecommendationSchema would have it; a test holds the one against the other."""
    return encode({"items": [_item(each) for each in found], "next": None})


def _item(each: Suggestion) -> dict[str, Any]:
    return {
        "mentor_id": each.mentor_id,
        "mentee_id": each.mentee_id,
        "score": each.score,
        "parts": each.parts,
        "reasons": each.reasons,
        "mentor_verified": each.mentor_verified,
        "mentee_verified": each.mentee_verified,
        "response_band": each.response_band,
    }
