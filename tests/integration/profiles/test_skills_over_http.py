"""The taxonomy over HTTP, and what it does to the skills that members have."""

from typing import Any
from urllib.parse import quote

import pytest

from services.profiles.app import build
from services.profiles.domain.concept import Concept, folded
from services.profiles.skill_lists.own import shipped
from services.profiles.store.skills import LOOK_SECONDS, Skills
from shared.storage.migrations import Seed
from tests.integration.profiles.conftest import Office
from tests.unit.profiles.association import record

STAFF = ("coordinator", "organizer", "integrator")


@pytest.fixture
def skilled(office: Office) -> Office:
    """An office whose database has the list that is shipped."""
    for seed in office.service.seeds:
        seed.bring()
    return office


def suggested(office: Office, typed: str, **options: Any) -> list[dict[str, Any]]:
    answer = office.call("GET", f"/v1/skills?q={quote(typed)}", **options)
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def skill(label: str, **more: Any) -> dict[str, Any]:
    return {"label": label, "level": 3, "side": "offers", **more}


def test_what_is_typed_finds_skills_for_everybody_in_every_tenant(skilled: Office) -> None:
    expected = {
        "id": "ithaca:project-management",
        "label": "Project management",
        "broader": {"id": "ithaca:management", "label": "Management"},
    }
    assert suggested(skilled, "projct managment", subject="anybody")[0] == expected
    for role in STAFF:
        answer = skilled.call("GET", "/v1/skills?q=pro%20man", role, tenant="globex")
        assert answer.json["items"][0] == expected
    assert skilled.call("GET", "/v1/skills?q=a", "operator").status_code == 403


def test_a_synonym_is_said_to_have_matched(skilled: Office) -> None:
    first, *others = suggested(skilled, "Führungskompetenz")
    assert (first["id"], first["matched"], "broader" in first) == ("ithaca:leadership", "Führungskompetenz", False)
    assert "ithaca:leadership" not in [each["id"] for each in others]


def test_pages_hold_every_skill_once_and_in_order(skilled: Office) -> None:
    for typed, wanted in (("", len(shipped())), ("man", None)):
        items: list[dict[str, Any]] = []
        path = f"/v1/skills?limit=7&q={typed}"
        answer = skilled.call("GET", path).json
        while True:
            items += answer["items"]
            if answer["next"] is None:
                break
            answer = skilled.call("GET", f"{path}&cursor={answer['next']}").json
        labels = [each["label"] for each in items]
        assert len({*labels}) == len(labels) == (wanted or len(labels))
        assert len(labels) > 7
        if not typed:
            assert labels == sorted(labels, key=folded)
    assert skilled.call("GET", "/v1/skills").json["items"] == skilled.call("GET", "/v1/skills?limit=50").json["items"]


def test_what_is_wrong_with_a_search_is_said(skilled: Office) -> None:
    assert skilled.call("GET", f"/v1/skills?q={'x' * 121}").status_code == 422
    assert skilled.call("GET", "/v1/skills?limit=0").status_code == 422
    assert skilled.call("GET", "/v1/skills?cursor=x").status_code == 400
    assert suggested(skilled, "xqzzkw") == []


def test_without_any_list_nothing_is_found_and_labels_stay_free(office: Office) -> None:
    assert suggested(office, "python") == suggested(office, "") == []
    assert office.register(skills=[skill("Python")])["skills"] == [{"id": None, **skill("Python")}]


def test_a_label_that_names_a_skill_gets_its_id_and_stays_as_it_was_typed(skilled: Office) -> None:
    typed = [skill("PYTHON"), skill("gestion de projet"), skill("Underwater basket weaving"), skill("pyhton")]
    ada = skilled.register(skills=typed)
    expected = ["ithaca:python", "ithaca:project-management", None, None]
    assert ada["skills"] == [{**each, "id": id_} for each, id_ in zip(typed, expected, strict=True)]
    [announced] = skilled.announced()
    assert [each.get("id") for each in announced["skills"]] == expected
    changed = skilled.call("PATCH", "/v1/members/me", subject=ada["id"], json={"skills": [skill("sql")]})
    assert changed.json["skills"] == [{**skill("sql"), "id": "ithaca:sql"}]


def test_the_same_labels_again_change_nothing(skilled: Office) -> None:
    ada = skilled.register(skills=[skill("python")])
    for again in ([skill("python")], ada["skills"]):
        answer = skilled.call("PATCH", f"/v1/members/{ada['id']}", json={"skills": again})
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert len(skilled.announced()) == 1


def test_an_id_that_comes_with_a_label_stays_known_or_not(skilled: Office) -> None:
    given = [skill("python", id="our-own:7"), skill("Serpents", id="ithaca:python")]
    assert skilled.register(skills=given)["skills"] == [{**each} for each in given]


def test_skills_of_attendee_records_get_their_ids_too(skilled: Office) -> None:
    told = [{"label": "welding", "side": "offers"}, {"label": "Basket weaving", "side": "seeks"}]
    skilled.hear(record("A-1", email="ada@example.org", name="Ada Okafor", skills=told))
    skilled.hear(record("A-1", 2, email="ada@example.org", name="Ada Okafor", skills=told))
    [announced] = skilled.announced()
    assert [(each.get("id"), each["label"]) for each in announced["skills"]] == [
        ("ithaca:welding", "welding"),
        (None, "Basket weaving"),
    ]


def test_a_list_that_changes_is_seen_by_processes_that_run(office: Office) -> None:
    now = [0.0]
    skills = Skills(office.foundation.database, clock=lambda: now[0])
    assert len(skills.taxonomy()) == 0
    [seed] = office.service.seeds
    seed.bring()
    assert len(skills.taxonomy()) == 0
    now[0] = LOOK_SECONDS
    assert len(skills.taxonomy()) == len(shipped())
    before = skills.taxonomy()
    now[0] = 2 * LOOK_SECONDS
    assert skills.taxonomy() is before


def test_the_shipped_list_is_brought_once_and_follows_what_is_shipped(office: Office) -> None:
    [seed] = build(office.foundation).seeds
    assert isinstance(seed, Seed)
    assert not seed.is_there()
    seed.bring()
    assert seed.is_there()
    collection = office.foundation.database["skills"]
    assert collection.count_documents({}) == len(shipped())
    seed.bring()
    with office.foundation.client.start_session() as session:
        older = [Concept("ithaca:gone", "Gone"), *shipped()[1:], Concept(shipped()[0].id, "Another label")]
        office.store.skills.replace(session, office.foundation.clock.now(), "ithaca", older)
    assert not seed.is_there()
    seed.bring()
    assert collection.count_documents({}) == len(shipped())
    assert collection.find_one({"_id": shipped()[0].id})["label"] == shipped()[0].label  # type: ignore[index]
