"""An address as servers know it."""


def deliverable(email: str) -> str:
    """The address with its domain in ASCII (RFC 5891): any server takes that, where few take more than ASCII."""
    local, _, domain = email.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return email
