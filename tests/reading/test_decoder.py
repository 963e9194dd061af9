"""The decoder as the scanner uses it: live, from photographs, with old browsers, and with other codes about."""

from io import BytesIO

import pytest
import segno
from PIL import Image

from suket_service.core.verdict import Reason
from suket_service.verifying.desk import _the_seal
from tests.paper import builders
from tests.reading.frames import frame
from tests.reading.prints import prints
from tests.reading.scanner_page import ScannerPage

pytestmark = pytest.mark.browser

SEAL, OTHER_SEAL = (str(case["text"]) for case in builders.seal_cases()[:2])
DIGITS = SEAL.partition("#")[2]
NIK = "2172031708950003"
LINK = "https://contoh.go.id/promo"

#: A camera that shows one picture again and again, and counts the looks that are under way.
_LIVE = """
  const picture = await createImageBitmap(await (await fetch("/picture.jpg", { cache: "no-store" })).blob());
  const seen = [];
  const still = {
    nextFrame: () => new Promise((resolve) => setTimeout(resolve, 5)),
    grab: () => ({ source: picture, width: picture.width, height: picture.height }),
  };
"""


def page_picture(width: int, *, text: str | None = None, quality: int = 85) -> bytes:
    """A photograph of a whole A4 page that fills it, of that width."""
    page = Image.fromarray(prints()[0].page)
    if text is not None:
        code = segno.make(text, error="m", micro=False)
        out = BytesIO()
        code.save(out, kind="png", scale=12)
        page.paste(Image.open(BytesIO(out.getvalue())).convert("L"), (1200, 150))
    out = BytesIO()
    height = round(page.height * width / page.width)
    page.resize((width, height), Image.Resampling.BICUBIC).save(out, "JPEG", quality=quality)
    return out.getvalue()


def on_table(width: int, height: int, share: float) -> bytes:
    """A photograph in which the page takes that share of the width."""
    page = Image.fromarray(prints()[0].page)
    wide = round(width * share)
    page = page.resize((wide, round(page.height * wide / page.width)), Image.Resampling.LANCZOS)
    table = Image.new("L", (width, height), 70)
    table.paste(page, ((width - page.width) // 2, (height - page.height) // 2))
    out = BytesIO()
    table.save(out, "JPEG", quality=85)
    return out.getvalue()


def test_a_live_scan_gives_the_text(scanner: ScannerPage) -> None:
    seen = frame("as printed", "mid", 0)
    scanner.show(seen.jpeg)
    found = scanner.run(f"{_LIVE} return new Promise((resolve) => {{ decoder.watch(still, resolve); }});")
    assert found == [seen.text]


def test_a_live_scan_looks_at_one_frame_at_a_time(scanner: ScannerPage) -> None:
    scanner.show(frame("as printed", "mid", 0).jpeg)
    most = scanner.run(
        _LIVE
        + """let under_way = 0, most = 0;
        const real = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function (...given) {
          under_way += 1;
          most = Math.max(most, under_way);
          this.addEventListener("message", () => { under_way -= 1; }, { once: true });
          return real.apply(this, given);
        };
        return new Promise((resolve) => {
          const stop = decoder.watch(still, (texts) => {
            seen.push(texts);
            if (seen.length === 6) resolve(most);
            if (seen.length === 6) stop();
          });
        });"""
    )
    assert most == 1


def test_a_stopped_scan_says_no_more(scanner: ScannerPage) -> None:
    scanner.show(frame("as printed", "mid", 0).jpeg)
    calls = scanner.run(
        _LIVE
        + """await new Promise((resolve) => {
          const stop = decoder.watch(still, (texts) => { seen.push(texts); stop(); resolve(); });
        });
        await new Promise((resolve) => setTimeout(resolve, 600));
        return seen.length;"""
    )
    assert calls == 1


def test_a_camera_that_shows_nothing_yet_is_waited_for(scanner: ScannerPage) -> None:
    seen = frame("as printed", "mid", 0)
    scanner.show(seen.jpeg)
    found = scanner.run(
        _LIVE
        + """const grab = still.grab;
        let times = 0;
        still.grab = () => (++times < 3 ? null : grab());
        return new Promise((resolve) => { decoder.watch(still, resolve); });"""
    )
    assert found == [seen.text]


@pytest.mark.parametrize("worker", ["scan", "old"])
def test_a_letter_held_before_the_camera_is_read(scanner: ScannerPage, worker: str) -> None:
    scanner.start(f"/{worker}/decoder-worker.js")
    found = scanner.run(
        """const c = await camera.openCamera(document.querySelector("video"), null);
        const texts = await new Promise((resolve, reject) => {
          const stop = decoder.watch(c, (found) => { stop(); resolve(found); }, reject);
        });
        c.stop();
        return texts;"""
    )
    assert found == [frame("as printed", "mid", 0).text]


@pytest.mark.parametrize("place", ["nowhere", "half"])
def test_a_decoder_that_does_not_load_says_so(scanner: ScannerPage, place: str) -> None:
    code = scanner.run(
        """const { createDecoder } = await import("/static/scan/decoder.js");
        const broken = createDecoder(`/${given}/decoder-worker.js`);
        const told = new Promise((resolve) => { broken.watch({}, () => {}, (error) => resolve(error.code)); });
        const ready = await broken.ready.then(() => "ready", (error) => error.code);
        return [ready, await told, await broken.readFile(new Blob()).catch((error) => error.code)];""",
        place,
    )
    assert code == ["unavailable"] * 3


def test_a_decoder_that_fails_at_every_look_says_so(scanner: ScannerPage) -> None:
    scanner.show(frame("as printed", "harsh", 0).jpeg)
    code = scanner.run(
        _LIVE
        + """picture.close();  // nothing can be drawn from it any more
        return new Promise((resolve) => { decoder.watch(still, () => {}, (error) => resolve(error.code)); });"""
    )
    assert code == "unavailable"


def test_a_worker_that_falls_silent_counts_as_gone(scanner: ScannerPage) -> None:
    code = scanner.run(
        """const real = window.setInterval;
        window.setInterval = (tick) => real(tick, 1);
        Worker.prototype.postMessage = () => {};
        return decoder.readFile(new Blob(["x"])).catch((error) => error.code);"""
    )
    assert code == "unavailable"


def test_a_stopped_decoder_leaves_nobody_waiting(scanner: ScannerPage) -> None:
    code = """const asked = decoder.readFile(new Blob(["x"]));
      decoder.stop();
      return asked.catch((error) => error.code);"""
    assert scanner.run(code) == "unavailable"


def test_a_worker_that_cannot_draw_reads_frames_drawn_by_the_page(scanner: ScannerPage) -> None:
    seen = frame("as printed", "harsh", 0)
    scanner.start("/old/decoder-worker.js")
    assert scanner.looks(seen.jpeg, [0, 1]) == [[seen.text], [seen.text]]


def test_a_worker_that_cannot_draw_reads_photographs(scanner: ScannerPage) -> None:
    scanner.start("/old/decoder-worker.js")
    assert scanner.read_file(page_picture(3000)) == [prints()[0].text]


@pytest.mark.few(2)
@pytest.mark.parametrize("width", [900, 1280, 2480, 3472])
def test_a_photograph_of_the_whole_page_is_read(scanner: ScannerPage, width: int) -> None:
    assert scanner.read_file(page_picture(width)) == [prints()[0].text]


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("width", "height", "share"), [(4000, 3000, 0.4), (3000, 4000, 0.5), (1600, 1200, 0.55)]
)
def test_a_page_that_does_not_fill_the_photograph_is_read(
    scanner: ScannerPage, width: int, height: int, share: float
) -> None:
    assert scanner.read_file(on_table(width, height, share)) == [prints()[0].text]


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_the_page_is_found_in_a_photograph_of_50_megapixels(scanner: ScannerPage, share: float) -> None:
    assert scanner.read_file(on_table(6120, 8160, share)) == [prints()[0].text]


@pytest.mark.few(1)
@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_photograph_may_be_turned(scanner: ScannerPage, turned: int) -> None:
    out = BytesIO()
    Image.open(BytesIO(page_picture(2000))).rotate(turned, expand=True).save(out, "JPEG")
    assert scanner.read_file(out.getvalue()) == [prints()[0].text]


def test_other_codes_in_the_photograph_come_with_the_seal(scanner: ScannerPage) -> None:
    assert sorted(scanner.read_file(page_picture(2480, text=LINK))) == sorted([LINK, prints()[0].text])


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_of_pictures_are_read(scanner: ScannerPage, kind: str) -> None:
    out = BytesIO()
    Image.open(BytesIO(page_picture(2000))).save(out, kind)
    assert scanner.read_file(out.getvalue()) == [prints()[0].text]


def test_a_transparent_picture_stands_on_white(scanner: ScannerPage) -> None:
    page = Image.open(BytesIO(page_picture(2000)))
    seen = Image.new("RGBA", page.size, (0, 0, 0, 0))
    seen.paste((0, 0, 0, 255), mask=page.point(lambda level: 255 if level < 128 else 0))
    out = BytesIO()
    seen.save(out, "PNG")
    assert scanner.read_file(out.getvalue()) == [prints()[0].text]


def test_a_photograph_without_a_code_has_no_texts(scanner: ScannerPage) -> None:
    out = BytesIO()
    Image.new("L", (1500, 1000), 200).save(out, "JPEG")
    assert scanner.read_file(out.getvalue()) == []


@pytest.mark.parametrize("worker", ["scan", "old"])
@pytest.mark.parametrize("broken", [b"", b"%PDF-1.7 no picture", None], ids=["nothing", "PDF", "cut off"])
def test_what_is_no_picture_is_said_to_be_none(
    scanner: ScannerPage, broken: bytes | None, worker: str
) -> None:
    broken = page_picture(400)[:60] if broken is None else broken
    scanner.start(f"/{worker}/decoder-worker.js")
    scanner.show(page_picture(300))
    code = "return decoder.readFile(new Blob([new Uint8Array(given)])).catch((error) => error.code);"
    assert scanner.run(code, list(broken)) == "picture_unreadable"


def test_the_decoder_goes_on_after_what_is_no_picture(scanner: ScannerPage) -> None:
    scanner.run('return decoder.readFile(new Blob(["x"])).catch(() => null);')
    assert scanner.read_file(page_picture(2000)) == [prints()[0].text]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [SEAL],
        [LINK, SEAL],
        [NIK, SEAL],
        [SEAL, SEAL],
        [SEAL, DIGITS],
        [DIGITS, SEAL],
        [SEAL, OTHER_SEAL],
        [SEAL, LINK, OTHER_SEAL],
        [SEAL, SEAL.replace("suket.example", "palsu.example")],
        [SEAL.replace("https:", "http:")],
    ],
)
def test_the_same_text_is_chosen_as_at_the_desk(started: ScannerPage, texts: list[str]) -> None:
    at_the_desk = _the_seal(texts)
    found = started.run("return chosen(given);", texts)
    if not texts:
        assert found is None
    elif isinstance(at_the_desk, Reason):
        assert found == {"reason": str(at_the_desk.value)}
    else:
        assert found == {"text": at_the_desk}


@pytest.mark.parametrize("texts", [[LINK], [NIK], ["1" * 269], ["1" * 481], [SEAL + "x"], [SEAL.upper()]])
def test_what_does_not_look_like_a_seal_is_passed_over_in_silence(
    started: ScannerPage, texts: list[str]
) -> None:
    assert started.run("return chosen(given);", texts) is None
