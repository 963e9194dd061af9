import io
import logging

import pytest
from PIL import ImageFile
from weasyprint.urls import FatalURLFetchingError

from suket_service.errors import PrinterError
from suket_service.paper.engine import Asset, AssetFetcher, Engine, Stamp

PAGE = '<html lang="id"><head><title>Surat</title></head><body>{}</body></html>'


def refusal_of(css: str, body: str) -> PrinterError:
    with pytest.raises(PrinterError) as refusal:
        printed(css, body)
    return refusal.value


def printed(css: str, body: str) -> bytes:
    engine = Engine(css)
    return engine.pdf(engine.lay_out(PAGE.format(body), {}, {}), b"id")


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "https://example.org/", "file:///etc/passwd", "data:,x", "ftp://a/", "letter:b"],
)
def test_the_fetcher_refuses_everything_that_it_was_not_given(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        AssetFetcher({"letter:a": Asset(b"", "text/plain")})(address)


def test_the_fetcher_serves_what_it_was_given() -> None:
    response = AssetFetcher({"letter:a": Asset(b"abc", "text/plain")})("letter:a")
    assert (response.read(), response.content_type) == (b"abc", "text/plain")


@pytest.mark.parametrize(
    ("css", "body"),
    [
        ("", '<img src="http://127.0.0.1/a.png">'),
        ("", '<img src="file:///etc/hostname">'),
        ("", '<img src="data:image/gif;base64,R0lGOD">'),
        ("", '<link rel="stylesheet" href="http://127.0.0.1/a.css">'),
        ("", '<object data="file:///etc/hostname"></object>'),
        ("p { background: url(http://127.0.0.1/a.png) }", "<p>x</p>"),
        ("@import 'http://127.0.0.1/a.css';", "<p>x</p>"),
        ("@font-face { font-family: F; src: url(http://127.0.0.1/f.woff) }", "<p>x</p>"),
    ],
)
def test_no_way_to_fetch_leads_out(css: str, body: str) -> None:
    assert refusal_of(css, body).code == "asset_refused"


def test_a_picture_inside_a_picture_is_refused() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/hostname"/></svg>'
    engine = Engine("")
    with pytest.raises(PrinterError):
        engine.pdf(
            engine.lay_out(
                PAGE.format('<img src="letter:a" alt="a">'), {"letter:a": Asset(svg, "image/svg+xml")}, {}
            ),
            b"id",
        )


@pytest.mark.parametrize(
    ("css", "body"), [("p { colour: red }", "<p>x</p>"), ("", "<p style='width: 1zz'>x</p>")]
)
def test_a_warning_of_the_renderer_is_an_error(css: str, body: str) -> None:
    assert refusal_of(css, body).code == "renderer_warned"


def test_a_picture_without_words_for_it_is_an_error() -> None:
    engine = Engine("")
    document = engine.lay_out(PAGE.format('<img src="letter:s">'), {}, {"letter:s": Stamp(1, [(0, 0, 1)])})
    with pytest.raises(PrinterError):
        engine.pdf(document, b"id")


def test_what_the_renderer_says_reaches_no_log() -> None:
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    try:
        refusal_of("p { colour: red }", "<p>x</p>")
    finally:
        logging.getLogger().removeHandler(handler)
    assert heard.getvalue() == ""


def test_cut_off_pictures_stay_errors_beside_weasyprint() -> None:
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_streams_that_are_made_once_are_what_the_renderer_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = printed("", "<p>Surat keterangan</p>")
    monkeypatch.setattr("suket_service.paper.engine.streams.made_once", None)
    assert printed("", "<p>Surat keterangan</p>") == ours
