"""The four services on databases that a released version left, migrated while its processes still write."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from shared.service import Foundation
from tests.backends import Backends
from tests.contract.released_documents import TENANT
from tests.integration.http.conftest import Surface, standing
from tests.integration.upgrading.old_writers import OldWriters, leave

VERSION = "0.1.0"


@dataclass(slots=True)
class Upgraded:
    """`surface` answers for the association that was there before."""

    surface: Surface
    old: OldWriters


@pytest.fixture(scope="module")
def upgraded(backends: Backends, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    found: list[OldWriters] = []

    @contextmanager
    def migrating(foundations: Mapping[str, Foundation]) -> Iterator[None]:
        leave(VERSION, foundations)
        with OldWriters(VERSION, foundations).at_work() as old:
            found.append(old)
            yield

    with standing(backends.kafka, backends.mongodb, tmp_path_factory.mktemp("upgraded"), migrating) as (issuer, apps):
        surface = Surface(issuer, apps)
        surface.tenant = TENANT
        yield Upgraded(surface, found[0])
