"""One row of a feed of members: whose it is, and what it says of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.columns import understood_columns
from shared.errors import Fault, Invalid

_LISTS = ("roles",)
_SKILLS = {"skills.offers": "offers", "skills.seeks": "seeks"}
_WHOLE = ("seniority",)
_PLAIN = (
    "member_number",
    "given_name",
    "family_name",
    "email",
    "organization",
    "job_title",
    "industry",
    "time_zone",
    "locale",
    "membership",
    "grade",
    "section",
)
FIELDS = (*_PLAIN, *_WHOLE, *_LISTS, *_SKILLS)
LONGEST_NUMBER = 200
"""Characters of a member number; what is longer is kept nowhere, and names nobody."""
_MOST_DIGITS = 9
_LEVEL = {"offers": 3, "seeks": 1}
"""Of a skill named without one: able to offer it; at the beginning of it."""


def columns_of(header: Sequence[str], mapped: Sequence[tuple[str, str]]) -> Mapping[str, int]:
    """Which column is which field: that of its name unless `mapped` (column, field; an empty one leaves it out).

    Raises Invalid naming each column that is no field, each field with two columns, and a missing member_number.
    """
    positions, faults = understood_columns(header, mapped, lambda name: name if name in FIELDS else None)
    if "member_number" not in positions:
        faults.append(Fault("", "No column is member_number, which is required."))
    if faults:
        raise Invalid(faults, "The columns of the file cannot be taken.")
    return positions


def record_of(positions: Mapping[str, int], cells: Sequence[str]) -> dict[str, Any]:
    """What a table's row says, not checked yet; an empty cell says nothing."""
    record: dict[str, Any] = {}
    for name, at in positions.items():
        if not (text := cells[at].strip()):
            continue
        if name in _SKILLS:
            side = _SKILLS[name]
            named = [{"label": label, "side": side, "level": _LEVEL[side]} for label in _parted(text)]
            record.setdefault("skills", []).extend(named)
        elif name in _LISTS:
            record[name] = _parted(text)
        else:
            record[name] = int(text) if name in _WHOLE and _is_whole(text) else text
    return record


def column_namer(header: Sequence[str], positions: Mapping[str, int]) -> Callable[[str], str | None]:
    """Tells the header of the one column that a record's JSON pointer leads to."""

    def named(pointer: str) -> str | None:
        name = pointer.split("/")[1] if "/" in pointer else ""
        found = [at for field, at in positions.items() if field == name or (field in _SKILLS and name == "skills")]
        return header[found[0]] if len(found) == 1 else None

    return named


def _is_whole(text: str) -> bool:
    return len(text) <= _MOST_DIGITS and text.isascii() and text.isdecimal()


def _parted(text: str) -> list[str]:
    return [part for part in (each.strip() for each in text.split(";")) if part]
