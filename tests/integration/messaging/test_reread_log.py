"""A consumer group that was dropped: its worker reads the whole log again, and nothing happens a second time."""

from collections.abc import Callable

import pytest

from tests.integration.messaging.services import SERVICES, History, Town, a_bit_of_everything, eventually


@pytest.mark.parametrize("service", SERVICES)
def test_a_group_that_was_dropped_and_made_anew_repeats_no_effect(town_of: Callable[[str], Town], service: str) -> None:
    town = town_of(service)
    with town.relaying():
        with town.working():
            for news in a_bit_of_everything(town.service):
                town.publish(news)
            if "members.v1" in town.service.handling().topics():
                for news in History("members.v1", seed=3).next(40):
                    town.publish(news)
            eventually(town.caught_up)
        before = town.everything()
        town.forget_group()
        assert not town.caught_up()
        with town.working():
            eventually(town.caught_up)
    assert town.everything() == before
    assert sum(len(documents) for documents in before.values()) > 20
