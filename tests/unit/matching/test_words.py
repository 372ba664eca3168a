"""Words of any language, in the form in which they are compared."""

import unicodedata

import pytest

from services.matching.engine.words import named, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Engineering  MANAGERS, engineering!", ("engineering", "manager")),
        ("Gestión de équipes", ("gestion", "de", "equipe")),
        ("Straße STRASSE", ("strasse",)),
        ("C++ and C# or R", ("c++", "and", "c#", "or")),
        ("управление проектами", ("управление", "проектами")),
        ("परियोजना प्रबंधन", ("परियोजना", "प्रबंधन")),
        ("إدارة المشاريع", ("إدارة", "المشاريع")),
        ("项目管理", ("项目", "目管", "管理")),
        ("プロ入門 Python", ("プロ", "ロ入", "入門", "python")),
        ("관리를 배우다", ("관리", "리를", "배우", "우다")),
        ("การเงิน", ("การ", "ารเ", "รเง", "เงิ", "งิน")),
        ("法", ("法",)),
        ("a , !", ()),
    ],
)
def test_a_text_is_taken_apart_as_its_script_has_it(text: str, expected: tuple[str, ...]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize("text", ["Gestión de équipes", "परियोजना प्रबंधन", "プロ入門", "관리", "Ἀθήνα"])
def test_case_and_how_accents_are_encoded_make_no_difference(text: str) -> None:
    forms = {unicodedata.normalize(form, each) for form in ("NFC", "NFD", "NFKC") for each in (text, text.upper())}
    assert len({tokens(each) for each in forms}) == 1


def test_words_are_named_as_they_were_written_and_overlapping_signs_as_one() -> None:
    assert named(("Gestión de proyectos", "gestiones, gestion"), {"gestion", "proyecto"}) == ["gestión", "proyectos"]
    assert named(("学习项目管理的方法",), {"项目", "目管", "管理", "方法"}) == ["项目管理", "方法"]
