"""`reposto serve` with workers whose analyses cost nothing: python -m benchmarks.load_server HOME."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.homes import HOME_VARIABLE
from reposto.app.logs import configure_logs
from reposto.app.pool import Pool
from reposto.app.server import serve
from reposto.app.settings import load_settings


def run(home: Path) -> None:
    """Everything but the workers' arithmetic is the product's own."""
    settings = load_settings(home, port=0)
    os.environ[HOME_VARIABLE] = str(home)  # its workers' own, whatever database they are told of
    configure_logs(settings.log_level, settings.log_format)
    Pool.module = "benchmarks.load_child"
    serve(settings, say=lambda line: print(line, flush=True))


if __name__ == "__main__":
    run(Path(sys.argv[1]))
