"""When a request is there: before that it takes nobody's thread."""

import json
import os
import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from suket_service.web import bounded_lines
from suket_service.web.patient_worker import MOST_BODY, MOST_HEAD, PatientWorker, is_whole

ROUNDS = 100
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def post(length: object, body: bytes, *more: str) -> bytes:
    head = "\r\n".join(["POST / HTTP/1.1", f"content-LENGTH:  {length} ", *more])
    return head.encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("cut", range(1, len(GET)))
def test_a_head_that_is_not_over_is_not_there(cut: int) -> None:
    assert not is_whole(GET[:cut])
    assert is_whole(GET)


def test_a_head_without_end_is_not_gathered_on() -> None:
    assert is_whole(b"x" * MOST_HEAD)


def test_a_body_is_there_when_its_last_byte_is() -> None:
    assert not is_whole(post(5, b""))
    assert not is_whole(post(5, b"1234"))
    assert is_whole(post(5, b"12345"))
    assert is_whole(post(5, b"12345" + GET))  # and the next request behind it


def test_of_a_long_body_the_first_is_enough() -> None:
    assert not is_whole(post(10**9, b"x" * (MOST_BODY - 1)))
    assert is_whole(post(10**9, b"x" * MOST_BODY))


def test_a_body_in_chunks_is_there_with_its_last_one() -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    assert not is_whole(head + b"3\r\nabc\r\n")
    assert is_whole(head + b"3\r\nabc\r\n0\r\n\r\n")


@pytest.mark.parametrize("length", ["", "-1", "x", "9" * 20])
def test_a_length_that_is_none_is_for_the_server_to_refuse(length: str) -> None:
    assert is_whole(post(length, b""))


class Room:
    """A worker at work in this process: its application reads as much as a request's path says, and answers its query."""

    def __init__(self) -> None:
        settings = Config()
        settings.set("threads", 2)
        self.worker = PatientWorker(1, os.getppid(), [], None, 30, settings, Logger(settings))
        self.worker.tpool, self.worker.poller = self.worker.get_thread_pool(), selectors.DefaultSelector()
        self.worker.method_queue.init()
        self.worker.poller.register(
            self.worker.method_queue.fileno(), selectors.EVENT_READ, self.worker.method_queue.run_callbacks
        )
        self.worker.wsgi, self.answered = self._answer, 0
        self._ends: list[socket.socket] = []

    def _answer(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ["PATH_INFO"][1:] or 0))
        self.answered += 1
        answer = b"x" * int(environ["QUERY_STRING"] or 0)
        start("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]

    def connect(self, first: bytes) -> socket.socket:
        ours, theirs = socket.socketpair()
        self._ends.append(theirs)
        theirs.sendall(first)
        self.worker.nr_conns += 1
        self.worker.enqueue_req(TConn(self.worker.cfg, ours, ("127.0.0.1", 1), ("127.0.0.1", 80)))
        return theirs

    def goes_on_until(self, is_so: Callable[[], object]) -> None:
        for _ in range(ROUNDS):
            if is_so():
                return
            self.worker.wait_for_and_dispatch_events(0.1)
        pytest.fail("it never came to that")

    def close(self) -> None:
        for end in self._ends:
            end.close()
        self.goes_on_until(lambda: self.worker.nr_conns == 0)
        self.worker.tpool.shutdown()
        self.worker.poller.close()
        self.worker.method_queue.close()
        self.worker.tmp.close()


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.close()


def is_hung_up(theirs: socket.socket) -> bool:
    theirs.setblocking(False)
    try:
        while theirs.recv(4096):
            pass
    except BlockingIOError:
        return False
    return True


CHUNKED = b"POST /9 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nX: " + b"x" * MOST_HEAD,
        CHUNKED + b"20000\r\n" + b"x" * MOST_BODY,
        CHUNKED + b"10\r\nabc\r\n0\r\n\r\n",  # of sixteen bytes, eleven are there, and look like an end
    ],
    ids=["a head", "a body in chunks", "a chunk that looks like the last"],
)
def test_whoever_comes_to_no_end_is_hung_up_on(
    room: Room, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(bounded_lines, "PAUSE_SECONDS", 3600.0)
    theirs = room.connect(sent)
    room.goes_on_until(lambda: is_hung_up(theirs))
    assert room.answered == 0


def test_what_came_of_the_next_request_is_gathered_on(room: Room) -> None:
    theirs = room.connect(GET + GET[:9])
    room.goes_on_until(lambda: room.worker.pending_conns)
    assert room.answered == 1
    theirs.sendall(GET[9:] + GET)
    room.goes_on_until(lambda: room.answered == 3)


def test_long_bodies_leave_a_thread_to_everyone_else(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_lines, "PAUSE_SECONDS", 3600.0)
    long = post(MOST_BODY + 5, b"x" * MOST_BODY).replace(b"POST /", b"POST /%d" % (MOST_BODY + 5))
    slow = [room.connect(long) for _ in range(4)]
    room.goes_on_until(lambda: not room.worker.pending_conns)
    room.connect(GET)
    room.goes_on_until(lambda: room.answered)
    for theirs in slow:
        theirs.sendall(b"12345")
    room.goes_on_until(lambda: room.answered == 5)


def test_of_a_long_body_a_thread_waits_for_no_more_than_a_pause(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_lines, "PAUSE_SECONDS", 0.1)
    theirs = room.connect(post(10**6, b"x" * MOST_BODY).replace(b"POST /", b"POST /1000000"))
    room.goes_on_until(lambda: is_hung_up(theirs))
    assert room.answered == 0


def test_for_what_nobody_read_of_a_body_a_pause_is_too_long(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_lines, "PAUSE_SECONDS", 3600.0)
    theirs = room.connect(post(10**6, b"x" * MOST_BODY).replace(b"POST /", b"POST /1000"))
    room.goes_on_until(lambda: is_hung_up(theirs))
    assert room.answered == 1


def heard(theirs: socket.socket) -> bytes:
    """What has come until now."""
    theirs.setblocking(False)
    parts = []
    with suppress(BlockingIOError):
        while part := theirs.recv(1 << 20):
            parts.append(part)
    return b"".join(parts)


def test_whoever_sends_too_much_in_chunks_is_told_to_say_its_length(room: Room) -> None:
    theirs = room.connect(CHUNKED + b"20000\r\n" + b"x" * MOST_BODY)
    told = b""

    def is_told() -> bool:
        nonlocal told
        told += heard(theirs)
        return told.endswith(b"}")

    room.goes_on_until(is_told)
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 411 Length Required\r\nContent-Type: application/problem+json\r\n")
    problem = json.loads(body)
    assert (problem["code"], problem["status"], room.answered) == ("length_required", 411, 0)


LONG = GET.replace(b"/ ", b"/?2000000 ")  # more than a pair of sockets holds


def test_whoever_reads_no_answer_holds_up_nobody_else(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_lines, "UNREAD_SECONDS", 3600.0)
    deaf = [room.connect(LONG) for _ in range(4)]  # of two threads one may wait for them
    others = [room.connect(GET) for _ in range(16)]
    told: dict[socket.socket, bytes] = dict.fromkeys(others, b"")

    def all_told() -> bool:
        for each in others:
            told[each] += heard(each)
        return all(each.startswith(b"HTTP/1.1 200 OK") for each in told.values())

    room.goes_on_until(all_told)
    room.goes_on_until(lambda: room.answered == 20)
    for each in deaf:
        each.close()


def test_for_a_reader_a_thread_waits_no_longer_than_that(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_lines, "UNREAD_SECONDS", 0.1)
    theirs = room.connect(LONG)
    room.goes_on_until(lambda: room.worker.pending_conns)  # let go
    assert 0 < len(heard(theirs)) < 2_000_000


def test_whoever_reads_slowly_gets_all_of_it(room: Room) -> None:
    theirs, come = room.connect(LONG), 0

    def all_come() -> bool:
        nonlocal come
        come += len(heard(theirs))
        return come > 2_000_000

    room.goes_on_until(all_come)


def test_a_file_is_sent_in_the_same_way(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(range(256)) * 4)
    ours, theirs = socket.socketpair()
    with ours, theirs, file.open("rb") as opened:
        sending = bounded_lines.Sending(ours, threading.Semaphore())
        sending.sendfile(opened, 3, 500)
        sending.sendfile(opened, 1000)
        assert heard(theirs) == file.read_bytes()[3:503] + file.read_bytes()[1000:]


def test_who_does_not_hang_up_after_the_last_answer_holds_nobody_up(room: Room) -> None:
    last = room.connect(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    room.goes_on_until(lambda: room.worker.pending_conns)
    assert is_hung_up(last)
    room.connect(GET)
    room.goes_on_until(lambda: room.answered == 2)
    assert room.worker.nr_conns == 2
