"""The web role of notifications as a process: `python -m tests.integration.notifications.serving PORT OPTIONS`.

With smaller numbers than people need, so that no test waits long for a limit.
"""

import sys

import orjson

from services.notifications.app import build
from services.notifications.live import feed, listeners
from shared import settings as settings_module
from shared.service import lay
from shared.telemetry import logs
from shared.web import streams
from shared.web.server import serve


def main() -> None:
    settings = settings_module.read()
    options = orjson.loads(sys.argv[2])
    logs.configure("json", service="notifications")
    listeners.MOST = options.pop("kept", listeners.MOST)
    feed.BACK_SECONDS = options.pop("back_seconds", feed.BACK_SECONDS)
    streams.PATIENCE_SECONDS = options.pop("patience_seconds", streams.PATIENCE_SECONDS)
    service = build(lay(settings, "notifications"))
    serve(service.web_app(), "127.0.0.1", int(sys.argv[1]), on_stop=service.foundation.close, **options)


if __name__ == "__main__":
    main()
