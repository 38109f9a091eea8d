"""Starting the servers that tests need, so that they end with the test process however it ends."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
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


class Daemon:
    """A server that may be stopped like a suspended machine, killed like a crashed one, and brought back where it was.

    `start` brings it up on the same port over the same data and returns once it answers.
    """

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]], stop: signal.Signals) -> None:
        self._start = start
        self._stop = stop
        self._process: subprocess.Popen[bytes] | None = None
        self._children: set[int] = set()  # also those that outlive the server's own process

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running one."""
        assert self._process is not None, "it was never started"
        return self._process

    def start(self) -> None:
        """Bring it up, for the first time or again."""
        self._process = self._start()

    def stop(self) -> None:
        """An orderly shutdown; harmless when it is down."""
        if self._process is not None:
            self.resume()
            stop_process(self._process, self._stop)

    def restart(self) -> None:
        """An orderly shutdown, and back."""
        self.stop()
        self.start()

    def kill9(self) -> None:
        """A crash of all its processes at once."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        while self.pids():  # its children belong to init now; shared memory is theirs until they are gone
            time.sleep(0.01)

    def pause(self) -> None:
        """SIGSTOP: connections stay, nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """As if nothing had been."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def pids(self) -> list[int]:
        """The server's own process and its children."""
        own = self.process.pid
        alive = [own] if self.process.poll() is None else []
        self._children = {pid for pid, parent in _parents() if parent == own or pid in self._children}
        return [*alive, *sorted(self._children)]


def _parents() -> list[tuple[int, int]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                found.append((int(folder.name), int(fields[1])))
    return found


def wait_until(
    is_up: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, within: float = START_SECONDS
) -> None:
    deadline = time.monotonic() + within
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
