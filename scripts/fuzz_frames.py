"""Hostile frames against the protocol of a connection, found by coverage (G11): `pip install atheris`, then

    python scripts/fuzz_frames.py -runs=1000000 [-seed=1] [-max_len=4096] [CORPUS FOLDER]

It ends with an error at the first frame that raises anything but what the protocol answers with.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from typing import Any

atheris: Any = importlib.import_module("atheris")  # no dependency of ours: it takes a minute to install

with atheris.instrument_imports(include=["reposto.delivery", "reposto.conversation.ask", "reposto.model"]):
    import orjson

    from reposto.conversation.ask import _question_key, check_content
    from reposto.delivery.session import Cancel, Close, Question, Send, SessionProtocol
    from reposto.model.errors import RepostoError


def opened(*, speaks_v1: bool) -> SessionProtocol:
    """A connection that is live."""
    protocol = SessionProtocol(1, speaks_v1=speaks_v1)
    protocol.open(after=0, epoch="e", server_epoch="e", last_seq=0)
    return protocol


LASTING = {speaks_v1: opened(speaks_v1=speaks_v1) for speaks_v1 in (True, False)}
clock = 0.0
count = 0
began = time.monotonic()


def resident_mib() -> int:
    """Of this process."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4 // 1024


def one_input(data: bytes) -> None:
    """The first byte chooses the kind of client; the rest is its frame."""
    global clock, count  # noqa: PLW0603 - libFuzzer calls a function with nothing but the bytes
    clock += 1.0  # slow enough not to be refused as a flood
    count += 1
    text = data[1:].decode("utf-8", errors="replace")  # whatever is no UTF-8 never gets here
    protocol = LASTING[not data or data[0] % 2 == 0]
    for output in protocol.received(text, now=clock):
        match output:
            case Send(payload):
                assert isinstance(orjson.loads(payload), dict)
            case Question(content, client_id):
                try:
                    check_content(content)
                    _question_key(client_id)
                except RepostoError as error:
                    protocol.refuse(error, client_id)
            case Cancel(job_id):
                assert isinstance(job_id, str)
            case Close(_):
                raise AssertionError("one frame a second is no flood")
            case _:
                raise AssertionError(output)
    assert protocol._received is None or len(protocol._received) <= 61  # a minute of them
    if count % 100_000 == 0:
        print(f"{count:,} frames, {time.monotonic() - began:.0f} s, {resident_mib()} MiB", flush=True)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
