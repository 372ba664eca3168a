"""What members said of themselves last, in profiles and in every copy of it."""

from collections.abc import Iterator, Mapping, Sequence

from shared.storage import Document
from tests.faults.clients.selves import SelvesChanged


def self_violations(members: Sequence[Document], done: SelvesChanged) -> Iterator[str]:
    """Everything acknowledged that profiles do not say. The copies are compared with the log by themselves."""
    stored: Mapping[str, Document] = {each["_id"]: each for each in members}
    for member, family_name in done.last.items():
        found = stored.get(member, {}).get("family_name")
        if found != family_name:
            yield f"{member} was acknowledged as {family_name!r} and is {found!r}"
