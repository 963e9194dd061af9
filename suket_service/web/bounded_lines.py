"""A connection's two directions as a thread uses them, each within a time that grows with what has passed.

Parses nothing, and knows no worker: :mod:`suket_service.web.patient_worker` says which thread may wait.
"""

import errno
import os
import socket
import threading
import time
from typing import BinaryIO

#: Of what a thread reads itself a pause may take so long, and all of it so long and a second more for so many bytes.
PAUSE_SECONDS, LEAST_BYTES_A_SECOND = 5.0, 64 * 1024
#: Who reads an answer may rest so long, and take a second more for so many bytes: phones have slow lines.
UNREAD_SECONDS, LEAST_READ_A_SECOND = 30.0, 4 * 1024
_AT_ONCE = 64 * 1024


class Reading:
    """A connection as the server's parser reads it: within a time that grows with what has come."""

    def __init__(self, sock: socket.socket, *, long: bool) -> None:
        """``long``: more than what is there already may be waited for."""
        self._sock = sock
        self._left = PAUSE_SECONDS if long else 0.0  # of waiting only: until somebody reads on, time may pass

    def recv(self, size: int) -> bytes:
        """What has come; once that took too long, the same error as when the client let go."""
        if self._left <= 0:
            raise _no_longer_waited_for()
        self._sock.settimeout(min(PAUSE_SECONDS, self._left))
        began = time.monotonic()
        try:
            data = self._sock.recv(size)
        except TimeoutError:
            raise _no_longer_waited_for() from None
        finally:
            self._sock.settimeout(None)
        self._left += len(data) / LEAST_BYTES_A_SECOND - (time.monotonic() - began)
        return data


class Sending:
    """A connection as the server writes to it: what nobody reads is waited for in few threads, and not for long."""

    def __init__(self, sock: socket.socket, may_wait: threading.Semaphore) -> None:
        """``may_wait``: a place for each thread that may wait; whoever finds none free is let go."""
        self._sock, self._may_wait = sock, may_wait
        self._left = UNREAD_SECONDS  # of waiting only

    def send(self, data: bytes) -> int:
        """All of it; the same error as when the client let go, once that took too long."""
        self.sendall(data)
        return len(data)

    def sendall(self, data: bytes) -> None:
        """As :meth:`send`."""
        rest = memoryview(data)
        while rest:
            self._sock.setblocking(False)
            try:
                sent = self._sock.send(rest)
            except BlockingIOError:
                sent = self._wait_and_send(rest)
            finally:
                self._sock.setblocking(True)
            rest = rest[sent:]

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> None:
        """So much of a file."""
        file.seek(offset)
        left = os.fstat(file.fileno()).st_size - offset if count is None else count
        while left > 0 and (piece := file.read(min(_AT_ONCE, left))):
            self.sendall(piece)
            left -= len(piece)

    def _wait_and_send(self, data: memoryview) -> int:
        if self._left <= 0 or not self._may_wait.acquire(blocking=False):
            raise _no_longer_waited_for()
        began = time.monotonic()
        try:
            self._sock.settimeout(self._left)
            sent = self._sock.send(data)
        except TimeoutError:
            raise _no_longer_waited_for() from None
        finally:
            self._may_wait.release()
        earned = min(UNREAD_SECONDS, self._left + sent / LEAST_READ_A_SECOND)
        self._left = earned - (time.monotonic() - began)
        return sent


def _no_longer_waited_for() -> ConnectionResetError:
    return ConnectionResetError(errno.ECONNRESET, "no longer waited for")
