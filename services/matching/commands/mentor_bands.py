"""How soon the mentors of some requests answer."""

from collections.abc import Mapping, Sequence

from pymongo.client_session import ClientSession

from services.matching.domain.request import Request
from services.matching.domain.response import Band, band_of
from services.matching.store import Store


def mentor_bands(
    store: Store, requests: Sequence[Request], session: ClientSession | None = None
) -> Mapping[str, Band | None]:
    """The band of each request's mentor in its program, by the request's id."""
    asked: dict[tuple[str, str], set[str]] = {}
    for request in requests:
        asked.setdefault((request.tenant, request.program_id), set()).add(request.mentor_id)
    bands: dict[tuple[str, str], Band | None] = {}
    for (tenant, program_id), mentors in asked.items():
        fewest = store.programs.get(tenant, program_id, session).settings.fewest_answers
        for mentor_id, hours in store.loads.answer_hours(tenant, program_id, mentors, session).items():
            bands[program_id, mentor_id] = band_of(hours, fewest)
    return {each.id: bands.get((each.program_id, each.mentor_id)) for each in requests}
