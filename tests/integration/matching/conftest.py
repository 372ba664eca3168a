from collections.abc import Iterator

import pytest

from shared.settings import Settings
from tests.integration.matching.association import Association


@pytest.fixture
def association(settings: Settings) -> Iterator[Association]:
    """Matching with a database of the test's own."""
    association = Association(settings)
    yield association
    association.close()
