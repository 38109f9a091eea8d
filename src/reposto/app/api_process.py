"""One of several API processes behind a port: `python -m reposto.app.api_process LISTENER_FD READY_FD`.

The first line on stdin holds the settings. The end of stdin means that the supervisor is gone, however it went: the
process ends at once, so that the port is free for the next.
"""

from __future__ import annotations

import os
import socket
import sys
import threading

import orjson

from reposto.app.logs import configure_logs
from reposto.app.server import run_server
from reposto.app.settings import Settings
from reposto.storage.engine import Store
from reposto.storage.schema import migrate

GONE = 3  # exit code: the supervisor is gone


def main() -> None:
    """Serve until SIGTERM."""
    listener_fd, ready_fd = map(int, sys.argv[1:3])
    commands = os.fdopen(os.dup(0), "rb", buffering=0)
    settings = Settings(**orjson.loads(commands.readline()))
    configure_logs(settings.log_level, settings.log_format)
    threading.Thread(target=_end_with_supervisor, args=(commands.fileno(),), daemon=True).start()
    listener = socket.socket(fileno=listener_fd)
    store = Store(settings.url)
    migrate(store)  # after a reload we may be newer than the supervisor, and than the schema
    run_server(settings, store, listener, lambda _port: _say_ready(ready_fd))


def _say_ready(ready_fd: int) -> None:
    os.write(ready_fd, b"1")
    os.close(ready_fd)


def _end_with_supervisor(commands: int) -> None:
    while os.read(commands, 1024):
        pass
    os._exit(GONE)


if __name__ == "__main__":
    main()
