"""A line that barely lives: everything arrives late, and one connection in five never hears an answer."""

import socket
import threading
import time
from contextlib import suppress
from queue import SimpleQueue

_CHUNK = 65536


class SlowLine:
    """In front of a server on this machine; ``loses`` says which of its connections, in turn, are swallowed."""

    def __init__(self, port: int, delay_seconds: float, loses: frozenset[int] = frozenset()) -> None:
        self._server, self._delay, self._loses = ("127.0.0.1", port), delay_seconds, loses
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                work = self._swallow if self.connections - 1 in self._loses else self._carry
                threading.Thread(target=work, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._server) as server:
            back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
            back.start()
            self._copy(client, server)
            back.join()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        """Everything so much later than it was sent; what was sent together arrives together."""
        on_the_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        arriving = threading.Thread(target=self._arrive, args=(on_the_way, target), daemon=True)
        arriving.start()
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                on_the_way.put((time.monotonic() + self._delay, data))
        on_the_way.put((time.monotonic() + self._delay, b""))
        arriving.join()

    @staticmethod
    def _arrive(on_the_way: "SimpleQueue[tuple[float, bytes]]", target: socket.socket) -> None:
        with suppress(OSError):
            while True:
                at, data = on_the_way.get()
                time.sleep(max(0.0, at - time.monotonic()))
                if not data:
                    break
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    @staticmethod
    def _swallow(client: socket.socket) -> None:
        with suppress(OSError), client:
            while client.recv(_CHUNK):
                pass
