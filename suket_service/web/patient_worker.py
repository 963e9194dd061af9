"""A worker that gives a request to one of its threads once it is there as a whole: who sends a byte a second waits alone.

gunicorn's threaded worker gives a connection to a thread as soon as its first byte has come; as many slow clients as
there are threads then hold up everyone. Here the bytes are gathered beside the threads, up to ``MOST_BODY``, and
whoever takes longer than ``REQUEST_SECONDS`` is let go, as is whoever sends a head without end; whoever sends more
than that in chunks is told to say a length. Of a longer body a thread reads the rest, half of the threads at most, and
for a bounded time; as many wait for clients to read an answer, and no longer. Looks only for where a request ends:
what was gathered is gunicorn's to parse.
"""

import json
import re
import selectors
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from suket_service.web import bounded_lines

#: For the head of a request and the first of its body to be there.
REQUEST_SECONDS = 15.0
#: Of a head no more than that is waited for; of a body whose length is said the rest is read by a thread.
MOST_HEAD, MOST_BODY = 16 * 1024, 64 * 1024
#: What nobody read of a body is waited for so long, so that its sender gets to read the answer.
DRAIN_SECONDS = 0.1
#: Whoever was answered for the last time may take so long to hang up; that holds up nobody.
LINGER_SECONDS = 2.0
_AT_ONCE = 64 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding:[^\r]*chunked")
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_EXPECTS = re.compile(rb"(?i)\r\nexpect:[ \t]*100-continue")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_LENGTH = json.dumps(
    {
        "type": "about:blank#length_required",
        "title": f"Send Content-Length: a body in chunks may have {MOST_BODY // 1024} KiB.",
        "status": 411,
        "detail": f"Kirim Content-Length: isi yang dikirim bertahap (chunked) paling besar {MOST_BODY // 1024} KiB.",
        "code": "length_required",
    }
).encode()
#: Nothing of ours has seen the request yet, so its headers are said here.
_SAY_LENGTH = (
    b"HTTP/1.1 411 Length Required\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n"
    b"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n%b"
) % (len(_NO_LENGTH), _NO_LENGTH)


def is_whole(data: bytes | bytearray) -> bool:
    """Whether as much of a request is there as is gathered."""
    end = data.find(_END)
    if end < 0:
        return len(data) >= MOST_HEAD
    head, body = data[: end + 2], len(data) - end - len(_END)
    if _CHUNKED.search(head):
        return body >= MOST_BODY or data.endswith(_LAST_CHUNK)
    length = _LENGTH.search(head)
    return length is None or body >= min(int(length[1]), MOST_BODY)


def _may_be_read(data: bytes | bytearray) -> bool:
    """Whether a thread may wait for the rest: not of an endless head, nor of a body that does not say how long it is."""
    end = data.find(_END)
    return end >= 0 and (not _is_in_chunks(data, end) or data.endswith(_LAST_CHUNK))


def _is_in_chunks(data: bytes | bytearray, end: int) -> bool:
    return _CHUNKED.search(data, 0, end + 2) is not None


def _is_long(data: bytes | bytearray) -> bool:
    """Whether a thread has to read the rest of the body."""
    end = data.find(_END)
    length = _LENGTH.search(data, 0, end + 2)
    return length is not None and int(length[1]) > len(data) - end - len(_END)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The threaded worker, with a place to wait in front of its threads."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        # Long bodies: how many threads read one now, and the connections whose turn has not come.
        self._long, self._queue = 0, deque[Any]()
        self._may_wait = threading.BoundedSemaphore(self._half)

    def enqueue_req(self, conn: Any) -> None:
        """Gather the connection's next request."""
        # What came together with the request before is the beginning of this one, and maybe no more than that.
        held = b"" if conn.parser is None else conn.parser.unreader.take_buffered()
        conn.gathered, conn.is_waiting = bytearray(held), False
        if held and is_whole(held):
            self._submit(conn)
            return
        conn.sock.setblocking(False)
        self._gather(conn, conn.sock)

    def handle(self, conn: Any) -> Any:
        """In a thread: give what was gathered back, to be parsed."""
        if conn.gathered:
            conn.sock.setblocking(True)
            conn.init()
            if not _may_be_read(conn.gathered):
                self._say_length(conn)
                return False
            # Of what is there as a whole no more is waited for, whatever a chunk of it pretends.
            conn.parser.unreader.sock = bounded_lines.Reading(conn.sock, long=conn.is_long)
            conn.parser.unreader.unread(bytes(conn.gathered))
            conn.gathered = bytearray()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """In a thread: answer one request, and wait for its reader for a bounded time."""
        sock = conn.sock
        conn.sock = bounded_lines.Sending(sock, self._may_wait)
        try:
            return super().handle_request(req, conn)
        finally:
            conn.sock = sock

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Wait beside the others, not before them, until who was answered for the last time hangs up."""
        if conn.is_long:
            conn.is_long, self._long = False, self._long - 1
            if self._queue:
                self._submit(self._queue.popleft())
        if fs.cancelled() or fs.exception() is not None or fs.result():
            super().finish_request(conn, fs)
            return
        with suppress(OSError):
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            conn.timeout = time.monotonic() + LINGER_SECONDS
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._linger, conn))
            self.pending_conns.append(conn)
            return
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Let go of those whose time is over: they do not wait in its order."""
        now = time.monotonic()
        for conn in [each for each in self.pending_conns if each.timeout <= now]:
            self._hang_up(conn)

    def _linger(self, conn: Any, _readable: object) -> None:
        try:
            if conn.sock.recv(_AT_ONCE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._hang_up(conn)

    def _hang_up(self, conn: Any) -> None:
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()

    def _submit(self, conn: Any) -> None:
        """Give it to a thread, of the long ones to half of the threads at most: the others stay for everyone else."""
        conn.data_ready, conn.is_long = True, _is_long(conn.gathered)
        if conn.is_long and self._long >= self._half:
            self._queue.append(conn)
            return
        self._long += conn.is_long
        super().enqueue_req(conn)

    @property
    def _half(self) -> int:
        """Of the threads, so that the others stay for everyone else."""
        return max(1, int(self.cfg.threads) // 2)

    def _say_length(self, conn: Any) -> None:
        end = conn.gathered.find(_END)
        if end < 0 or not _is_in_chunks(conn.gathered, end):
            return
        with suppress(OSError):
            conn.sock.setblocking(False)
            conn.sock.send(_SAY_LENGTH)

    def _keepalive_after(self, conn: Any, keepalive: object) -> bool:
        conn.parser.unreader.sock = conn.sock  # whose time to wait gunicorn can set
        return bool(keepalive and conn.parser.finish_body(deadline=time.monotonic() + DRAIN_SECONDS))

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
            self._submit(conn)
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
