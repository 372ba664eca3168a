"""A list in Ithaca's own format: columns `id`, `label`, and, if wanted, `broader` and `synonyms`, parted by `|`."""

from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from services.profiles.domain.concept import Concept
from services.profiles.skill_lists.draft import Draft
from services.profiles.skill_lists.tables import NotAList, Table, Tell, table_in

_NEEDED = ("id", "label")
_OTHERS = ("ithaca:", "esco:", "onet:")


def shipped() -> Sequence[Concept]:
    """Ithaca's own list, which comes with the service."""
    with as_file(files(__package__) / "ithaca.csv") as path:
        return _read([path], lambda *_: None, reserved=())


def read(paths: Sequence[Path], tell: Tell) -> Sequence[Concept]:
    """An association's own list. Raises NotAList where a file is none, or a row has no id, no label or one twice."""
    return _read(paths, tell, reserved=_OTHERS)


def _read(paths: Sequence[Path], tell: Tell, reserved: tuple[str, ...]) -> Sequence[Concept]:
    draft = Draft()
    for path in paths:
        with table_in(path, tell) as table:
            if missing := table.lacks(*_NEEDED):
                raise NotAList(f"{path} lacks the column {missing}.")
            _add(draft, table, reserved)
    return draft.concepts(elsewhere=True)


def _add(draft: Draft, table: Table, reserved: tuple[str, ...]) -> None:
    for number, row in table.rows:
        identifier, where = row["id"].strip(), f"{table.path}, row {number}"
        if not identifier:
            raise NotAList(f"{where}: the id is missing.")
        if identifier.startswith(reserved):
            raise NotAList(f"{where}: ids that begin with {', '.join(reserved)} are those of other lists.")
        if identifier in draft:
            raise NotAList(f"{where}: the id {identifier} is there twice.")
        if not draft.name(identifier, row["label"], row.get("synonyms", "").split("|")):
            raise NotAList(f"{where}: the label has no letters, or the id is too long.")
        if broader := row.get("broader", "").strip():
            draft.widen(identifier, broader)
