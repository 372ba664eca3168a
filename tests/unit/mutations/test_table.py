"""The mutations follow the code: each changes something that is there, and names tests that are."""

import ast

import pytest

from tests.mutations.ground import ROOT
from tests.mutations.mutation import Mutation, NoLongerApplies
from tests.mutations.page import shown, table
from tests.mutations.table import MUTATIONS


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_mutation_makes_other_code_that_is_still_code(mutation: Mutation) -> None:
    changed = mutation.changed(ROOT)
    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse((ROOT / mutation.file).read_text("utf-8")))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_tests_that_must_notice_are_there(mutation: Mutation) -> None:
    for test in mutation.tests:
        file, _, name = test.partition("::")
        assert f"\ndef {name.partition('[')[0]}(" in (ROOT / file).read_text("utf-8")


def test_a_mutation_whose_text_has_moved_on_says_so() -> None:
    gone = Mutation("gone", "", "", "Makefile", "text that nobody has written", "", ())
    with pytest.raises(NoLongerApplies, match="gone: 0 places in Makefile"):
        gone.changed(ROOT)


def test_names_are_unique() -> None:
    assert len({each.name for each in MUTATIONS}) == len(MUTATIONS)


def test_the_page_shows_the_table() -> None:
    assert shown() == table(), "python -m tests.mutations.page"
