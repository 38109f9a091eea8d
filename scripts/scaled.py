"""The whole of the scaled mode on this machine, to look at and to break: `make scaled`.

Starts PostgreSQL and Redis from the installed programs, two API processes behind a proxy and two workers, loads the
demo company, and prints a link. Ctrl-C stops everything; its data are thrown away.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.daemons import end_with_us
from tests.support.fault_proxy import FaultProxy
from tests.support.postgres import run_postgres
from tests.support.processes import REPOSTO, clean_environment
from tests.support.rabbitmq import is_installed, run_rabbitmq
from tests.support.redis import run_redis
from tests.support.scaled import ScaledSystem

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  upstream reposto {{ least_conn; {servers} keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://reposto;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_read_timeout 120s;
      proxy_buffering off;
    }}
  }}
}}
"""


def run(system: ScaledSystem, *command: str) -> str:
    """What a command of ours prints."""
    done = subprocess.run(  # noqa: S603 - our own program
        [str(REPOSTO), *command, "--home", str(system.home)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@contextlib.contextmanager
def proxy(folder: Path, port: int, system: ScaledSystem) -> Iterator[str]:
    """nginx where it is installed, else the tests' own; says which."""
    ports = [api.port for api in system.apis]
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if nginx is None:
        with FaultProxy(*ports, port=port):
            yield "the tests' proxy"
        return
    servers = " ".join(f"server 127.0.0.1:{number};" for number in ports)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, servers=servers, port=port), encoding="utf-8")
    process = subprocess.Popen([*end_with_us(signal.SIGTERM), nginx, "-c", str(config)])  # noqa: S603
    try:
        yield "nginx"
    finally:
        process.terminate()
        process.wait()


def describe(system: ScaledSystem, by: str, broker: str) -> str:
    """What runs, and how to break it."""
    lines = [f"API processes behind {by}, workers nudged over {broker}:"]
    lines += [f"  {api.url}  pid {api.pid}  log {api.log}" for api in system.apis]
    lines += [f"  worker  pid {worker.pid}  log {worker.log}" for worker in system.workers]
    lines += [f"  PostgreSQL  pid {system.postgres.pids()[0]}", f"  Redis  pid {system.redis.pids()[0]}"]
    return "\n".join([*lines, "Try `kill -9` or `kill -STOP` on any of them and watch the tabs. Ctrl-C stops all."])


def main() -> None:
    """--port, --rabbitmq."""
    options = argparse.ArgumentParser(prog="make scaled", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    options.add_argument("--port", type=int, default=8000, help="of the proxy")
    options.add_argument("--rabbitmq", action="store_true", help="RabbitMQ as the broker instead of Redis")
    chosen = options.parse_args()
    if chosen.rabbitmq and not is_installed():
        sys.exit("RabbitMQ is not installed: apt-get install rabbitmq-server")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reposto-scaled-")))
        postgres, redis = stack.enter_context(run_postgres()), stack.enter_context(run_redis())
        broker = {}
        if chosen.rabbitmq:
            rabbit = stack.enter_context(run_rabbitmq())
            broker = {"broker": rabbit.url, "broker_port": rabbit.port}
        system = ScaledSystem(folder, postgres, redis, concurrency=2, **broker)  # type: ignore[arg-type]
        for process in (*system.apis, *system.workers):
            stack.callback(process.stop)  # the database goes with its server, whom Ctrl-C reaches as well
        print(run(system, "demo"), flush=True)
        system.start()
        by = stack.enter_context(proxy(folder, chosen.port, system))
        base = f"http://127.0.0.1:{chosen.port}"
        print(describe(system, by, "RabbitMQ" if chosen.rabbitmq else "Redis"))
        print(f"reposto ready on {base}/agents")
        print(f"entre por aqui (vale uma vez): {run(system, 'link', '--base', base)}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
