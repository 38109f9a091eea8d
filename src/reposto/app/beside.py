"""Programs of ours that run beside the server at low priority, and end with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

from reposto.app.settings import Settings, environment, hand_over

NICE = 10  # a question's analysis goes first


async def run_beside(module: str, settings: Settings) -> int:
    """Run `python -m module DATABASE_URL LOG_LEVEL LOG_FORMAT` until it exits, with its status; cancelled, kill it."""
    process = await _start(module, settings, None)
    try:
        return await process.wait()
    finally:
        await _end(process)


async def ask_beside(module: str, settings: Settings, job: bytes) -> tuple[int, bytes]:
    """The same with one line of input; its status, and what it wrote to its standard output."""
    process = await _start(module, settings, asyncio.subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(job + b"\n")
        written = await process.stdout.read()
        return await process.wait(), written
    finally:
        await _end(process)


async def _start(module: str, settings: Settings, stdout: int | None) -> asyncio.subprocess.Process:
    url, secret = hand_over(settings.url)
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        url,
        settings.log_level,
        settings.log_format,
        stdin=asyncio.subprocess.PIPE,  # its end tells that the server is gone
        stdout=stdout,
        env={**environment(), **secret, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()  # else its pipes outlive the event loop


def live_beside(*, nice: bool = True) -> None:
    """In that process: give way to others, and end when the server does, however it went."""
    threading.Thread(target=_end_with_server, daemon=True).start()
    if nice:
        os.nice(NICE)


def _end_with_server() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)
