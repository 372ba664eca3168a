"""Headers of a mail that Python would write otherwise."""

from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.policy import SMTP, EmailPolicy, Policy


class Unbroken(UnstructuredHeader):
    """An address for machines: it is one word, which would be encoded to fit the line, and then read by nobody."""

    def fold(self, *, policy: Policy) -> str:
        """One line, as it is."""
        return f"{self.name}: {self}{policy.linesep}"


def mail_policy() -> EmailPolicy:
    """Pure ASCII on the wire, so that no server on the way has to know 8BITMIME."""
    known = HeaderRegistry()
    for name in ("list-unsubscribe", "ithaca-bounce"):
        known.map_to_type(name, Unbroken)
    return SMTP.clone(cte_type="7bit", header_factory=known)
