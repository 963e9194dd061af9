"""A worker that gives a request to one of its threads once it is there as a whole: who sends a byte a second waits alone.

gunicorn's threaded worker gives a connection to a thread as soon as its first byte has come; as many slow clients as
there are threads then hold up everyone. Here the bytes are gathered beside the threads, up to ``MOST_BODY``, and
whoever takes longer than ``REQUEST_SECONDS`` is let go. Reads no request: what was gathered is gunicorn's to parse.
"""

import re
import selectors
import time
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

#: For the head of a request and the first of its body to be there.
REQUEST_SECONDS = 15.0
#: More than that of a head is refused by gunicorn; of a body the rest is read by a thread (only who signed in sends more).
MOST_HEAD, MOST_BODY = 16 * 1024, 64 * 1024
_AT_ONCE = 64 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding:[^\r]*chunked")
_EXPECTS = re.compile(rb"(?i)\r\nexpect:[ \t]*100-continue")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def is_whole(data: bytes | bytearray) -> bool:
    """Whether a request is there as far as it is gathered."""
    end = data.find(_END)
    if end < 0:
        return len(data) >= MOST_HEAD
    head, body = data[: end + 2], len(data) - end - len(_END)
    if _CHUNKED.search(head):
        return body >= MOST_BODY or data.endswith(b"0\r\n\r\n")
    length = _LENGTH.search(head)
    return length is None or body >= min(int(length[1]), MOST_BODY)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The threaded worker, with a place to wait in front of its threads."""

    def enqueue_req(self, conn: Any) -> None:
        """Gather the connection's next request."""
        if conn.parser is not None and conn.parser.unreader.buf.getvalue():
            super().enqueue_req(conn)  # it came together with the one before
            return
        conn.gathered, conn.is_waiting = bytearray(), False
        conn.sock.setblocking(False)
        self._gather(conn, conn.sock)

    def handle(self, conn: Any) -> Any:
        """In a thread: give what was gathered back, to be parsed."""
        if conn.gathered:
            conn.sock.setblocking(True)
            conn.init()
            conn.parser.unreader.unread(bytes(conn.gathered))
            conn.gathered = bytearray()
        return super().handle(conn)

    def _gather(self, conn: Any, _readable: object) -> None:
        try:
            data = conn.sock.recv(_AT_ONCE)
        except BlockingIOError:
            self._wait(conn)
            return
        except OSError:
            data = b""
        first = not conn.gathered
        conn.gathered += data
        if data and not is_whole(conn.gathered):
            if first and _EXPECTS.search(conn.gathered):
                with suppress(OSError):
                    conn.sock.send(_CONTINUE)
            self._wait(conn)
            return
        self._leave(conn)
        if conn.gathered:
            conn.data_ready = True
            super().enqueue_req(conn)
        else:  # hung up without a word
            self.nr_conns -= 1
            conn.close()

    def _wait(self, conn: Any) -> None:
        if conn.is_waiting:
            return
        conn.is_waiting = True
        conn.timeout = time.monotonic() + REQUEST_SECONDS  # in all, however many bytes trickle in
        self.pending_conns.append(conn)  # gunicorn lets go of these in time
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._gather, conn))

    def _leave(self, conn: Any) -> None:
        if conn.is_waiting:
            self.poller.unregister(conn.sock)
            self.pending_conns.remove(conn)
            conn.is_waiting = False
