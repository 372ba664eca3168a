"""Reviewing match runs over HTTP: the rest matched anew."""

from typing import Any

from services.matching.api.context import store
from services.matching.api.match_runs import MatchRunSchema
from services.matching.commands.rerun_match_run import rerun_match_run
from shared.web import Blueprint, etag, require_match, roles, transaction

blueprint = Blueprint("match reviews", __name__, url_prefix="/v1", description="What becomes of what a run proposes.")


@blueprint.post("/match-runs/<id:run_id>/rerun")
@roles("coordinator")
@blueprint.response(202, MatchRunSchema)
def rerun(run_id: str) -> Any:
    """Matches anew whoever has no approved pair in this run.

    A new run with the same settings, over the people there are now. Approved pairs stay in this run and hold their
    seats; dismissed ones are forbidden, those that could not be published are not; locked ones stay locked while nobody
    has decided on them. 409 unless this run is `ready` or `published`, and where 10,000 pairs would not hold what is
    forbidden.
    """
    current = transaction()
    run = store().runs.get(current.tenant, run_id, current.session)
    require_match(run.version)
    again = rerun_match_run(current, store(), run)
    etag(again.version)
    return again, 202, {"Location": f"/v1/match-runs/{again.id}"}
