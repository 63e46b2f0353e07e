"""Ports on the loopback interface."""

import random
import socket
from collections.abc import Collection

from chassis.embedded.errors import EmbeddedError

HOST = "127.0.0.1"
# Below the range from which the kernel takes the local ports of outgoing connections: a killed server finds its port free again.
PORTS = range(20_000, 32_000)


def bindable(port: int) -> bool:
    """Say whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(taken: Collection[int] = ()) -> int:
    """Return a port that nobody listens on and that is not among those taken."""
    for _ in range(1000):
        port = random.choice(PORTS)  # noqa: S311 - a port is no secret
        if port not in taken and bindable(port):
            return port
    raise EmbeddedError(f"no free port between {PORTS.start} and {PORTS.stop} on {HOST}")


def answers(port: int) -> bool:
    """Say whether somebody listens on the port."""
    try:
        socket.create_connection((HOST, port), timeout=0.5).close()
    except OSError:
        return False
    return True
