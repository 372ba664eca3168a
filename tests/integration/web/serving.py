"""The sample service as a process of its own: `python -m tests.integration.web.serving PORT`."""

import sys
from datetime import timedelta

from shared import settings as settings_module
from shared.clock import SystemClock
from shared.messaging.unit_of_work import UnitOfWork
from shared.storage.client import connect, database
from shared.storage.migrations import migrate
from shared.telemetry import logs
from shared.web import create_app, hold, idempotency
from shared.web.server import serve
from tests.unit.web.sample import blueprint


def main() -> None:
    hold.HELD, hold._RENEW_SECONDS = timedelta(seconds=4), 0.2  # so that no test waits long for a dead process's key
    settings = settings_module.read()
    logs.configure("json", service="notes")
    client = connect(settings)
    notes = database(client, settings, "notes")
    migrate(notes, idempotency.INDEXES)
    app = create_app(
        name="notes",
        title="Notes",
        blueprints=[blueprint],
        settings=settings,
        unit_of_work=UnitOfWork(client, notes, "notes", SystemClock()),
        database=notes,
    )
    serve(app, "127.0.0.1", int(sys.argv[1]), on_stop=client.close)


if __name__ == "__main__":
    main()
