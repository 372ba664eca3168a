"""One database for all tests of matching, empty for each: making its indexes takes longer than most of the tests."""

from collections.abc import Iterator

import pytest

from shared.settings import Settings
from tests.backends import Backends
from tests.conftest import own_settings
from tests.integration.matching.association import Association


@pytest.fixture(scope="session")
def prepared(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings whose database of matching has its indexes."""
    with own_settings(backends, tmp_path_factory.mktemp("matching")) as settings:
        first = Association(settings)
        first.prepare()
        first.forget()
        yield settings


@pytest.fixture
def association(prepared: Settings) -> Iterator[Association]:
    """Matching, with nobody in it yet."""
    association = Association(prepared)
    yield association
    association.forget()
