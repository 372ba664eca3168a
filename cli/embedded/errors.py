"""Why the embedded platform cannot start or be found: sentences for the person at the terminal."""


class EmbeddedError(Exception):
    """Shown as it is; the command then exits 1."""


class FolderInUse(EmbeddedError):
    """Another `ithaca up` holds the data folder."""


class PortTaken(EmbeddedError):
    """Something else listens on a port that the platform needs."""


class NoSuchAddress(EmbeddedError):
    """The address to listen on is not this machine's."""


class NotAvailable(EmbeddedError):
    """A program that a part needs is not on this machine; the message says how to get it."""


class PartFailed(EmbeddedError):
    """A part did not come up; the message ends with the last lines of its log."""


class NoPlatform(EmbeddedError):
    """No platform runs in the data folder."""


class Interrupted(Exception):
    """Ctrl-C or SIGTERM arrived: stop what was started and leave."""
