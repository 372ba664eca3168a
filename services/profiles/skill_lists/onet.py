"""O*NET, the database of the United States, from its text or CSV files.

`Content Model Reference`, or `Skills` and `Knowledge`, name the elements of the content model, of which skills (2.A,
2.B) and knowledge (2.C) are taken; an element belongs to the one whose id its own continues. `Technology Skills` names
products, each under its commodity.
"""

from collections.abc import Sequence
from pathlib import Path

from services.profiles.domain.concept import Concept, folded
from services.profiles.skill_lists.draft import Draft
from services.profiles.skill_lists.tables import NotAList, Table, Tell, table_in

_ELEMENTS = ("Element ID", "Element Name")
_TECHNOLOGY = ("Example", "Commodity Code", "Commodity Title")
_SKILLS_AND_KNOWLEDGE = ("2.A", "2.B", "2.C")


def read(paths: Sequence[Path], tell: Tell) -> Sequence[Concept]:
    """The list. Raises NotAList where a file is none of O*NET's, or has no skills in it."""
    draft = Draft()
    for path in paths:
        with table_in(path, tell) as table:
            if table.has(*_ELEMENTS):
                _take_elements(draft, table)
            elif table.has(*_TECHNOLOGY):
                _take_technology(draft, table)
            else:
                raise NotAList(
                    f"{path} is no file of O*NET's skills: it lacks {table.lacks(*_ELEMENTS)} of the content model, "
                    f"and {table.lacks(*_TECHNOLOGY)} of Technology Skills."
                )
    concepts = draft.concepts()
    if not concepts:
        raise NotAList("The files name no skills (elements 2.A and 2.B) and no knowledge (2.C).")
    return concepts


def _take_elements(draft: Draft, table: Table) -> None:
    """Most files name an element once for each occupation."""
    for _, row in table.rows:
        element = row["elementid"].strip()
        if element.startswith(_SKILLS_AND_KNOWLEDGE) and f"onet:{element}" not in draft:
            draft.name(f"onet:{element}", row["elementname"])
            draft.widen(f"onet:{element}", f"onet:{element.rpartition('.')[0]}")


def _take_technology(draft: Draft, table: Table) -> None:
    """The files give products no ids, so theirs are made of their names."""
    for _, row in table.rows:
        commodity = f"onet:{row['commoditycode'].strip()}"
        product = f"onet:{folded(row['example']).replace(' ', '-')}"
        if product not in draft and draft.name(product, row["example"]):
            draft.name(commodity, row["commoditytitle"])
            draft.widen(product, commodity)
