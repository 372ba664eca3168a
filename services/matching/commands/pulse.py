"""The pulse of a match run while a worker is at it."""

from services.matching.store.runs import Runs
from shared.messaging import pulse
from shared.messaging.due import Claimed
from shared.messaging.pulse import LEASE_SECONDS

__all__ = ["LEASE_SECONDS", "Pulse"]


class Pulse(pulse.Pulse):
    """Says how far the run is; `computing` also that it is being computed."""

    def __init__(self, runs: Runs, claimed: Claimed, *, computing: bool) -> None:
        def report(stage: str, progress: float) -> bool:
            run_id, token = claimed.document["_id"], claimed.token
            return runs.report(run_id, token, stage, progress, lease_seconds=pulse.LEASE_SECONDS, computing=computing)

        super().__init__(claimed, report)
