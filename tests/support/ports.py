"""Free TCP ports on loopback."""

import socket


def free_port() -> int:
    """A port that nobody listens on. The kernel hands ports out in turn, so it stays free for a while."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
