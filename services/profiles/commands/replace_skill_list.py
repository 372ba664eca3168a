"""An operator loads a list of skills, or an upgrade brings a new one."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pymongo import MongoClient
from pymongo.client_session import ClientSession

from services.profiles.domain.concept import Concept, circle
from services.profiles.store import Store
from services.profiles.store.skills import Replaced
from shared.errors import Conflict
from shared.storage.client import Document
from shared.storage.transaction import run_transaction


def replace_skill_list(
    client: MongoClient[Document],
    store: Store,
    now: datetime,
    name: str,
    concepts: Sequence[Concept],
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Replaced:
    """Makes the list `name` exactly these concepts, in one transaction; the same once more changes nothing.

    Members keep the ids they have. Raises Conflict where a concept belongs to one that no list has, or to itself.
    """
    if (turning := circle(concepts)) is not None:
        raise Conflict(f"The skill {turning} is broader than itself.")
    wanted = {concept.broader for concept in concepts if concept.broader} - {concept.id for concept in concepts}
    if missing := wanted - set(store.skills.known(wanted)):
        raise Conflict(f"No list has the skill {min(missing)}, which another one is said to belong to.")

    def work(session: ClientSession) -> Replaced:
        return store.skills.replace(session, now, name, concepts, tell)

    return run_transaction(client, work)
