"""All of them, in the order in which a message goes its way."""

from tests.mutations.invariants import INVARIANTS
from tests.mutations.parking import PARKING
from tests.mutations.receiving import RECEIVING
from tests.mutations.remembering import REMEMBERING
from tests.mutations.repairing import REBUILDING, RESTORING, UPGRADING
from tests.mutations.sending import SENDING

MUTATIONS = (*SENDING, *RECEIVING, *PARKING, *REMEMBERING, *INVARIANTS, *REBUILDING, *RESTORING, *UPGRADING)
