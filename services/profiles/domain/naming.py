"""People's names: taken apart, put together, compared."""


def collapsed(text: str | None) -> str:
    """The text with its white space collapsed; empty for none."""
    return " ".join((text or "").split())


def whole(given: str, family: str) -> str:
    """Both names as one."""
    return collapsed(f"{given} {family}")


def parted(given: str | None, family: str | None, name: str | None) -> tuple[str, str]:
    """Given and family name, as far as a source tells: its own parting, else the last word is the family name."""
    if collapsed(given) or collapsed(family):
        return collapsed(given), collapsed(family)
    *first, last = collapsed(name).split(" ")
    return (" ".join(first), last) if first else (last, "")


def folded(name: str) -> str:
    """The form in which two names are compared: whatever their case and spacing."""
    return collapsed(name).casefold()
