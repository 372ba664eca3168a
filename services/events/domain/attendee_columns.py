"""Which column of a table holds which field of the canonical attendee record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.columns import understood_columns
from shared.errors import Fault, Invalid

_PERSON = (
    "email",
    "buyer_email",
    "given_name",
    "family_name",
    "name",
    "organization",
    "job_title",
    "locale",
    "member_number",
)
_PLAIN = (
    "source",
    "source_event_id",
    "source_registration_id",
    "ticket_type",
    "status",
    "checked_in_at",
    "visibility",
    "updated_at",
)
_SEVERAL = ("mentoring", "goals")
_SKILLS = {"skills.offers": "offers", "skills.seeks": "seeks"}
_ANSWERS = "answers."
_REQUIRED = ("source", "source_event_id", "source_registration_id")
_FIELDS = frozenset((*_PLAIN, *_SEVERAL, *_SKILLS, *(f"person.{name}" for name in _PERSON)))


@dataclass(frozen=True, slots=True)
class Columns:
    """For each field the position of its column; `constants` count where a row has nothing there."""

    header: tuple[str, ...]
    positions: tuple[tuple[str, int], ...]
    constants: Mapping[str, str]

    def record(self, cells: Sequence[str], now: str) -> dict[str, Any]:
        """The record that a row is, not checked yet; an empty cell says nothing, and `now` dates an undated row."""
        texts = {"status": "confirmed", "updated_at": now, **self.constants}
        texts |= {name: text for name, at in self.positions if (text := cells[at].strip())}
        record: dict[str, Any] = {"person": {}}
        for name, text in texts.items():
            if name.startswith("person."):
                record["person"][name.removeprefix("person.")] = text
            elif name.startswith(_ANSWERS):
                record.setdefault("answers", {})[name.removeprefix(_ANSWERS)] = text
            elif name in _SKILLS:
                skills = [{"label": label, "side": _SKILLS[name]} for label in _parted(text)]
                record.setdefault("skills", []).extend(skills)
            else:
                record[name] = list(_parted(text)) if name in _SEVERAL else text
        return record

    def named(self) -> list[tuple[str, str | None]]:
        """Each column's header with a field that it is, None where it is left out."""
        taken = {at for _, at in self.positions}
        left_out = [(column, None) for at, column in enumerate(self.header) if at not in taken]
        return [*((self.header[at], name) for name, at in self.positions), *left_out]

    def column_of(self, pointer: str) -> str | None:
        """The header of the one column that a record's JSON pointer leads to; None where there is none, or several."""
        parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        found = {at for name, at in self.positions if parts[: len(path := _path(name))] == path}
        return self.header[found.pop()] if len(found) == 1 else None


def understood(header: Sequence[str], mapped: Sequence[tuple[str, str]], constants: Mapping[str, str]) -> Columns:
    """The columns of this header: `mapped` names (column, field), an empty field leaves the column out.

    A column that is not mapped is the field of its name; `email` is `person.email`. Raises Invalid naming each column
    that is not known, each field with two columns, and each required field with neither column nor constant.
    """
    constants = {_by_name(name): text for name, text in constants.items()}
    positions, faults = understood_columns(header, mapped, _field_of)
    faults += [Fault("", f"There is no field {name[:100]}.") for name in constants if not _is_field(name)]
    faults += [
        Fault("", f"No column is {name}, which is required.")
        for name in _REQUIRED
        if name not in positions and name not in constants
    ]
    if faults:
        raise Invalid(faults, "The columns of the file cannot be taken.")
    return Columns(tuple(header), tuple(positions.items()), constants)


def _by_name(column: str) -> str:
    return f"person.{column}" if column in _PERSON else column


def _field_of(name: str) -> str | None:
    field = _by_name(name)
    return field if _is_field(field) else None


def _is_field(name: str) -> bool:
    return name in _FIELDS or (name.startswith(_ANSWERS) and name != _ANSWERS)


def _path(name: str) -> list[str]:
    """Where in a record the field is."""
    return ["skills"] if name in _SKILLS else name.split(".", 1)


def _parted(text: str) -> Iterator[str]:
    return filter(None, (part.strip() for part in text.split(";")))
