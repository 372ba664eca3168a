"""ESCO, the European classification, from the CSV files of its download page, in any of its languages.

`skills_en.csv` names the concepts (`skillGroups_en.csv` the groups that they are in), and
`broaderRelationsSkillPillar_en.csv` which belongs to which. The first file decides a concept's label; the same concept
in a file of another language adds its labels there as synonyms.
"""

from collections.abc import Sequence
from pathlib import Path

from services.profiles.domain.concept import Concept
from services.profiles.skill_lists.draft import Draft
from services.profiles.skill_lists.tables import NotAList, Table, Tell, table_in

_NAMES = ("conceptUri", "preferredLabel")
_RELATIONS = ("conceptUri", "broaderUri")


def read(paths: Sequence[Path], tell: Tell) -> Sequence[Concept]:
    """The list. Raises NotAList where a file is none of ESCO's, or none of them names concepts."""
    draft, named = Draft(), False
    for path in paths:
        with table_in(path, tell) as table:
            if table.has(*_RELATIONS):
                _relate(draft, table)
            elif table.has(*_NAMES):
                named = True
                _name(draft, table)
            else:
                raise NotAList(
                    f"{path} is no file of ESCO's skills: a list of concepts has the columns {' and '.join(_NAMES)}, "
                    f"one of relations {' and '.join(_RELATIONS)}; it lacks {table.lacks(*_NAMES)}."
                )
    if not named:
        raise NotAList("The relations need the concepts beside them: name skills_en.csv, too.")
    return draft.concepts()


def _name(draft: Draft, table: Table) -> None:
    for _, row in table.rows:
        if row.get("status", "released") in ("released", ""):
            synonyms = [*row.get("altlabels", "").splitlines(), *row.get("hiddenlabels", "").splitlines()]
            draft.name(_id(row["concepturi"]), row["preferredlabel"], synonyms)


def _relate(draft: Draft, table: Table) -> None:
    for _, row in table.rows:
        draft.widen(_id(row["concepturi"]), _id(row["broaderuri"]))


def _id(uri: str) -> str:
    return f"esco:{uri.strip().rstrip('/').rpartition('/')[2]}"
