"""Files of ESCO, O*NET and an association's own, read as concepts; a wrong one is named with what it lacks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.profiles.domain.concept import Concept
from services.profiles.skill_lists import esco, onet, own
from services.profiles.skill_lists.tables import NotAList

URI = "http://data.europa.eu/esco"

ESCO_SKILLS = f"""\
conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status,modifiedDate,description
Skill,{URI}/skill/11-aa,knowledge,cross-sector,weave cloth,"weave fabric
make cloth
Weave  Cloth",weeving,released,2024-01-01,"About ""weaving""."
Skill,{URI}/skill/22-bb,skill/competence,transversal,work with textiles,,,released,2024-01-01,
Skill,{URI}/skill/33-cc,skill/competence,transversal,spin by steam,,,obsolete,2020-01-01,
"""
ESCO_GERMAN = f"""\
conceptType,conceptUri,preferredLabel,altLabels
Skill,{URI}/skill/11-aa,Stoff weben,"Tuch weben"
"""
ESCO_RELATIONS = f"""\
conceptType,conceptUri,conceptLabel,broaderType,broaderUri,broaderLabel
Skill,{URI}/skill/11-aa,weave cloth,SkillGroup,{URI}/isced-f/0723,textiles
Skill,{URI}/skill/11-aa,weave cloth,Skill,{URI}/skill/22-bb,work with textiles
"""
ONET_MODEL = """\
Element ID\tElement Name\tDescription
1.A\tAbilities\tWhat lasts
2.A\tBasic Skills\tWhat "helps" to learn
2.A.1\tContent\tBackground
2.A.1.a\tReading Closely\t"Taking in" written words
2.C.3.a\tBridges\tOf civil works
"""
ONET_SKILLS = """\
O*NET-SOC Code\tElement ID\tElement Name\tScale ID\tData Value
11-1011.00\t2.A.1.a\tReading Closely\tIM\t4.12
11-1011.00\t2.A.1.a\tReading Closely\tLV\t4.62
"""
ONET_TECHNOLOGY = """\
O*NET-SOC Code\tExample\tCommodity Code\tCommodity Title\tHot Technology\tIn Demand
11-2011.00\tLoom 2000\t43230000\tWeaving software\tN\tN
11-2012.00\tLoom 2000\t43230000\tWeaving software\tN\tN
"""
OWN = "id,label,broader,synonyms\nacme:weave,Weaving,ithaca:trades,looming | cloth making\n"

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: str) -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8-sig" if name.endswith(".csv") else "utf-8")
        return path

    return write


def silent(what: str, done: int, total: int) -> None:
    assert 0 <= done <= total


def test_esco_s_labels_in_two_languages_and_its_relations_are_one_list(write: Write) -> None:
    files = [write("s.csv", ESCO_SKILLS), write("broader.csv", ESCO_RELATIONS), write("de.csv", ESCO_GERMAN)]
    assert list(esco.read(files, silent)) == [
        Concept(
            "esco:11-aa",
            "weave cloth",
            "esco:22-bb",
            ("weave fabric", "make cloth", "weeving", "Stoff weben", "Tuch weben"),
        ),
        Concept("esco:22-bb", "work with textiles"),
    ]


def test_onet_s_elements_are_taken_once_and_belong_where_their_ids_say(write: Write) -> None:
    expected = [
        Concept("onet:2.A", "Basic Skills"),
        Concept("onet:2.A.1", "Content", "onet:2.A"),
        Concept("onet:2.A.1.a", "Reading Closely", "onet:2.A.1"),
        Concept("onet:2.C.3.a", "Bridges"),
    ]
    model = write("Content Model Reference.txt", ONET_MODEL)
    assert list(onet.read([model], silent)) == expected
    assert list(onet.read([model, write("Skills.txt", ONET_SKILLS)], silent)) == expected
    alone = onet.read([write("Skills alone.txt", ONET_SKILLS)], silent)
    assert list(alone) == [Concept("onet:2.A.1.a", "Reading Closely")]


def test_onet_s_products_belong_to_their_commodity(write: Write) -> None:
    assert list(onet.read([write("t.txt", ONET_TECHNOLOGY)], silent)) == [
        Concept("onet:loom-2000", "Loom 2000", "onet:43230000"),
        Concept("onet:43230000", "Weaving software"),
    ]


def test_the_same_tables_separated_by_commas_and_with_the_names_of_the_sql_files_are_read(write: Write) -> None:
    content = ONET_MODEL.replace("Element ID", "element_id").replace("Element Name", "element_name")
    assert len(onet.read([write("model.csv", content.replace('"', "").replace("\t", ","))], silent)) == 4


def test_an_association_s_own_list_may_belong_to_another(write: Write) -> None:
    expected = [Concept("acme:weave", "Weaving", "ithaca:trades", ("looming", "cloth making"))]
    assert list(own.read([write("own.csv", OWN)], silent)) == expected


@pytest.mark.parametrize(
    ("reader", "name", "content", "said"),
    [
        (esco, "x.csv", "a,b\n1,2\n", "it lacks conceptUri and preferredLabel"),
        (esco, "x.csv", "conceptUri,label\n1,2\n", "it lacks preferredLabel"),
        (esco, "x.csv", ESCO_RELATIONS, "name skills_en.csv, too"),
        (esco, "x.csv", "", "must be a header"),
        (esco, "x.csv", "conceptUri,preferredLabel\nx\n", "row 2: The row has 1 fields where the header has 2"),
        (onet, "x.txt", "Element ID\tb\n1\t2\n", "it lacks Element Name of the content model"),
        (onet, "x.txt", "Element ID\tElement Name\n1\n", "row 2: 1 fields where the header has 2"),
        (onet, "x.txt", "Element ID\tElement Name\n1.A\tAbilities\n", "no skills"),
        (own, "x.csv", "id,name\n1,2\n", "lacks the column label"),
        (own, "x.csv", "id,label\n,Weaving\n", "row 2: the id is missing"),
        (own, "x.csv", "id,label\na,Weaving\na,Spinning\n", "row 3: the id a is there twice"),
        (own, "x.csv", "id,label\na,...\n", "row 2: the label has no letters"),
        (own, "x.csv", "id,label\nithaca:a,Weaving\n", "row 2: ids that begin with ithaca:"),
    ],
)
def test_a_wrong_file_is_told_what_it_lacks(write: Write, reader: object, name: str, content: str, said: str) -> None:
    path = write(name, content)
    with pytest.raises(NotAList) as refused:
        reader.read([path], silent)  # type: ignore[attr-defined]
    assert said in refused.value.detail


def test_a_file_that_is_no_text_is_told_so(tmp_path: Path) -> None:
    for name, content in (("x.csv", b"id,label\na,\xff\n"), ("x.txt", b"Element ID\tElement Name\n2.A\t\xff\n")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotAList, match=r"[Nn]ot UTF-8"):
            (own if name == "x.csv" else onet).read([path], silent)
