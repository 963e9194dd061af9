"""A way to a PostgreSQL server that breaks at the worst moments. Knows only what a COMMIT looks like."""

import random
import socket
import threading
from contextlib import suppress

_COMMIT = b"COMMIT\0"
_CHUNK = 65536


class CuttingProxy:
    """Cuts a share of the connections at a COMMIT: mostly after the server did it, sometimes before it heard.

    Either way the client is left without an answer. ``cuts`` counts the former, ``lost`` the latter.
    """

    def __init__(self, port: int, share: float, seed: int = 0) -> None:
        """``port``: the server's on this machine; ``share``: of the commits that are cut."""
        self._server = ("127.0.0.1", port)
        self._share = share
        self._chance = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
                threading.Thread(target=_copy, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while data := client.recv(_CHUNK):
                roll = self._chance.random() if _COMMIT in data else 1.0
                if roll < self._share / 4:
                    self.lost += 1
                    break
                if roll < self._share:
                    self.cuts += 1
                    client.shutdown(socket.SHUT_RDWR)
                    server.sendall(data)
                    server.shutdown(socket.SHUT_WR)  # it reads to the end of what it was sent, then leaves
                    return
                server.sendall(data)
            _hang_up(client, server)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    _hang_up(target)


def _hang_up(*sockets: socket.socket) -> None:
    # Closing is not enough: as long as the other thread reads from it, the line stays up.
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
