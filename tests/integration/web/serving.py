"""The sample service as a process of its own: `python -m tests.integration.web.serving PORT [OPTIONS_OF_SERVE]`.

With the option `streams` it is served as a service is that has streams: by an event loop.
"""

import sys
from datetime import timedelta

import orjson

from shared import settings as settings_module
from shared.clock import SystemClock
from shared.messaging.unit_of_work import UnitOfWork
from shared.storage.client import connect, database
from shared.storage.migrations import migrate
from shared.telemetry import logs, traces
from shared.web import audit, audit_trail, create_app, hold, idempotency, rates
from shared.web.server import serve
from shared.web.streams import Limits, Streams
from tests.unit.web.sample import blueprint


def main() -> None:
    hold.HELD, hold._RENEW_SECONDS = timedelta(seconds=4), 0.2  # so that no test waits long for a dead process's key
    settings = settings_module.read()
    logs.configure("json", service="notes")
    traces.configure(settings.otlp_endpoint, service="notes", role="web")
    client = connect(settings)
    notes = database(client, settings, "notes")
    migrate(notes, [*idempotency.INDEXES, *audit.INDEXES, *rates.INDEXES])
    app = create_app(
        name="notes",
        title="Notes",
        blueprints=[blueprint, audit_trail.blueprint],
        settings=settings,
        unit_of_work=UnitOfWork(client, notes, "notes", SystemClock()),
        database=notes,
    )
    options = orjson.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    if options.pop("streams", False):
        app.streams = Streams(Limits(), lambda *_: False)
    serve(app, "127.0.0.1", int(sys.argv[1]), on_stop=client.close, **options)
    traces.close()


if __name__ == "__main__":
    main()
