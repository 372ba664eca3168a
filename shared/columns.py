"""Which column of a table is which field: by its name, or by what the caller says of it."""

from collections.abc import Callable, Sequence

from shared.errors import Fault

_LONGEST = 100
"""Characters of a name that is quoted."""


def understood_columns(
    header: Sequence[str], mapped: Sequence[tuple[str, str]], field_of: Callable[[str], str | None]
) -> tuple[dict[str, int], list[Fault]]:
    """The position of each field's column, and what is wrong: a column that is no field, a field with two columns.

    `mapped` names (column, field), an empty field leaves the column out; a column that is not mapped is the field of
    its name. `field_of` turns a name into the field's own, None where there is none.
    """
    faults = [Fault("", f"There is no column {name[:_LONGEST]} to map.") for name, _ in mapped if name not in header]
    positions: dict[str, int] = {}
    for at, column in enumerate(header):
        for name in filter(None, [field for named, field in mapped if named == column] or [column]):
            field = field_of(name)
            if field is None:
                said = f"The column {column[:_LONGEST]} is no field: map it, or leave it out by a map."
                faults.append(Fault("", said))
            elif field in positions:
                faults.append(Fault("", f"The field {field[:_LONGEST]} has two columns."))
            else:
                positions[field] = at
    return positions, faults
