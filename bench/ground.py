"""Broker and database of a run, with topics and databases of its own that are gone afterwards."""

import dataclasses
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pymongo import MongoClient

from shared import settings as settings_module
from shared.ids import new_id
from shared.messaging import topics
from shared.settings import Settings


@contextmanager
def backends() -> Iterator[Settings]:
    """The settings of the named backends, else of embedded ones started for the run."""
    from cli.embedded.standalone import embedded_broker, running_mongodb

    environment = dict(os.environ)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ithaca-bench-")))
        if "KAFKA_BOOTSTRAP_SERVERS" not in environment:
            broker = stack.enter_context(embedded_broker(folder / "kafka"))
            environment |= {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap, "ITHACA_BROKER": broker.kind}
        if "MONGODB_URI" not in environment:
            environment["MONGODB_URI"] = stack.enter_context(running_mongodb(folder / "mongodb"))
        yield settings_module.read(environment)


@contextmanager
def scratch(settings: Settings) -> Iterator[Settings]:
    """The same backends with fresh topics and databases."""
    unique = new_id()[-10:]
    own = dataclasses.replace(settings, topic_prefix=f"bench-{unique}.", database_prefix=f"bench_{unique}_")
    admin = topics.connect(own)
    found = topics.differences(admin, own)
    topics.apply(admin, own, found)
    try:
        yield own
    finally:
        admin.delete_topics([difference.topic for difference in found if difference.what == "missing"])
        admin.close()
        with MongoClient[dict[str, object]](own.mongodb_uri) as client:
            for name in client.list_database_names():
                if name.startswith(own.database_prefix):
                    client.drop_database(name)
