"""What is written by hand for speed is what the schema says."""

from hypothesis import given
from hypothesis import strategies as st

from services.matching.api.recommendation_json import recommendations_json
from services.matching.api.suggestion_schema import RecommendationSchema
from services.matching.domain.parts import Part
from services.matching.domain.response import Band
from services.matching.engine.suggestions import Suggestion
from shared.web import Page
from shared.web.bodies import encode
from shared.web.paging import page_of

SHARES = st.integers(0, 10_000).map(lambda points: points / 10_000)
TEXTS = st.lists(st.text(max_size=20), max_size=3).map(tuple)
SUGGESTIONS = st.builds(
    Suggestion,
    st.uuids().map(str),
    st.uuids().map(str),
    SHARES,
    st.dictionaries(st.sampled_from(Part), SHARES),
    TEXTS,
    locked=st.booleans(),
    response_band=st.sampled_from([None, *Band]),
    mentor_verified=TEXTS,
    mentee_verified=TEXTS,
)


@given(st.lists(SUGGESTIONS, max_size=3))
def test_recommendations_are_written_as_their_schema_dumps_them(found: list[Suggestion]) -> None:
    assert recommendations_json(found) == encode(page_of(RecommendationSchema)().dump(Page(found, None)))
