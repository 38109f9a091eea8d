"""Starting the servers that tests need, so that they end with the test process however it ends."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

START_SECONDS = 30.0  # a loaded machine takes a few seconds; more than this is a fault


def find_program(*names: str, folders: Sequence[Path] = ()) -> Path:
    """The first of these programs, looked for in the folders and then on the PATH."""
    search = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
    for name in names:
        found = shutil.which(name, path=search)
        if found:
            return Path(found)
    raise FileNotFoundError(f"none of {', '.join(names)} is installed: run `make test`, which says what to install")


def end_with_us(stop: signal.Signals, user: str | None = None) -> list[str]:
    """A command prefix: the kernel sends `stop` when this process dies, and the command runs as `user`."""
    prefix = [str(find_program("setpriv")), "--pdeathsig", stop.name.removeprefix("SIG")]
    if user is not None:
        account = pwd.getpwnam(user)
        prefix += [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups"]
    return prefix


def wait_until(is_up: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.01)


def stop_process(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(stop)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
