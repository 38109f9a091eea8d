"""What goes through the pipe between a worker and its server."""

from __future__ import annotations

import io

from reposto.app.pipe import HEADER, WAKE, Channel, pack
from reposto.delivery.bus import Wake
from reposto.delivery.wakes import unpack_wake

GIVEN = Wake(7, ((3, '{"content":"açaí"}'.encode()),), (({"rev": 2}, b"{}"),), False, (("0042", "job"),), 1.5)


def test_a_wake_arrives_as_it_was_and_is_told_from_an_object() -> None:
    stream = io.BytesIO()
    channel = Channel(stream)
    channel.send_wake(GIVEN)
    channel.send({"kind": "idle"})
    sent = stream.getvalue()
    size = HEADER.unpack_from(sent)[0]
    said, rest = sent[HEADER.size : HEADER.size + size], sent[HEADER.size + size :]
    assert said.startswith(WAKE)
    assert unpack_wake(said) == GIVEN
    assert rest == pack({"kind": "idle"})
    assert not rest[HEADER.size :].startswith(WAKE)
    stream.seek(HEADER.size + size)
    assert channel.receive() == {"kind": "idle"}
