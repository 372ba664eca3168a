"""Copies of members as 0.1.0 wrote them, before they are rebuilt."""

from services.events.store.people import People
from shared.service import lay
from shared.settings import Settings


def test_a_copy_of_0_1_0_has_a_name_and_no_groups(settings: Settings) -> None:
    ground = lay(settings, "events")
    try:
        ground.database["members"].insert_one(
            {"_id": "ada", "tenant": "acme", "name": "Ada Okafor", "search": "ada okafor"}
        )
        people = People(ground.database)
        known = people.known("acme", "ada")
        assert known is not None
        assert (known["name"], known["groups"]) == ("Ada Okafor", [])
        assert list(people.groups_of("acme", "ada")) == []
    finally:
        ground.close()
