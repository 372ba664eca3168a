"""How a mail is written on the wire, and headers of it that Python would write otherwise."""

from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.policy import SMTP, Policy


class Unbroken(UnstructuredHeader):
    """An address for machines: it is one word, which would be encoded to fit the line, and then read by nobody."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        """One line, as it is."""
        return f"{self.name}: {self}{policy.linesep}"


def literal(text: str) -> str:
    """The text as a header may hold it, of whoever wrote it: nothing in it is read as an encoded word (RFC 2047).

    Python decodes such words in what it is given, and until 3.11.10 writes the line breaks that come of it: a member
    whose name was one could add headers to the mails of others.
    """
    return text.replace("=?", "= ?")


def _registry() -> HeaderRegistry:
    known = HeaderRegistry()
    for name in ("list-unsubscribe", "ithaca-bounce"):
        known.map_to_type(name, Unbroken)  # type: ignore[arg-type]  # which of them are headers is found at run time
    return known


# Pure ASCII on the wire, so that no server on the way has to know 8BITMIME.
ASCII = SMTP.clone(cte_type="7bit", header_factory=_registry())
INTERNATIONAL = ASCII.clone(utf8=True)
"""For addresses that ASCII cannot write (RFC 6531)."""
