"""When a request is there: before that it takes nobody's thread."""

import pytest

from suket_service.web.patient_worker import MOST_BODY, MOST_HEAD, is_whole

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def post(length: object, body: bytes, *more: str) -> bytes:
    head = "\r\n".join(["POST / HTTP/1.1", f"content-LENGTH:  {length} ", *more])
    return head.encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("cut", range(1, len(GET)))
def test_a_head_that_is_not_over_is_not_there(cut: int) -> None:
    assert not is_whole(GET[:cut])
    assert is_whole(GET)


def test_a_head_without_end_is_for_the_server_to_refuse() -> None:
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
