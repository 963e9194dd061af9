"""Every element and rule by which a page can name something to fetch: none is fetched (A17)."""

import socket
import threading
from collections.abc import Iterator

import pytest

from suket_service.errors import PrinterError
from tests.paper.test_engine import printed

ELEMENTS = {
    "picture": '<img alt="x" src="{url}">',
    "link to a style": '<link rel="stylesheet" href="{url}">',
    "attachment of the file": '<link rel="attachment" href="{url}">',
    "attachment of a word": '<a rel="attachment" href="{url}">x</a>',
    "object": '<object data="{url}">x</object>',
    "embedded": '<embed src="{url}">',
    "drawn picture": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}" width="9" height="9"/></svg>',
    "drawn use": '<svg xmlns="http://www.w3.org/2000/svg"><use href="{url}#a"/></svg>',
    "frame": '<iframe src="{url}"></iframe>',
    "script": '<script src="{url}"></script>',
    "style of an element": '<p style="background: url({url})">x</p>',
    "content": '<p style="content: url({url})">x</p>',
    "list mark": '<ul style="list-style-image: url({url})"><li>x</li></ul>',
    "border": '<p style="border-image: url({url}) 1">x</p>',
    "imported style": "<style>@import url({url});</style>",
    "font": "<style>@font-face {{ font-family: F; src: url({url}) }} p {{ font-family: F }}</style><p>x</p>",
    "base": '<base href="{url}"><img alt="x" src="a.png">',
    "refresh": '<meta http-equiv="refresh" content="0; url={url}">',
}


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address of this machine, and whatever connected to it."""
    heard: list[bytes] = []
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                heard.append(b"connected")
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/a.png", heard
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("element", ELEMENTS.values(), ids=ELEMENTS)
def test_no_element_that_can_fetch_does(listener: tuple[str, list[bytes]], element: str) -> None:
    address, heard = listener
    for url in (address, "file:///etc/hostname"):
        assert outcome(element.format(url=url)) in ("asset_refused", "renderer_warned", "passed over")
    assert heard == []


def outcome(body: str) -> str:
    """Why a page is refused; of one that is printed, whether anything was put into it."""
    try:
        pdf = printed("", body)
    except PrinterError as refused:
        return refused.code
    return "attached" if b"EmbeddedFile" in pdf else "passed over"
