"""From a frame with a letter in it to the verdict, in a Chromium made six times slower; the decoder alone beside it.

Only a page's main thread can be slowed down, so the worker's own bundle runs there: what a phone does side by
side happens one after the other here.
"""

import json
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.measure import Line, WrongAnswer, goal, milliseconds, percentile
from benchmarks.office import demo_office
from tests.reading.frames import KINDS, Frame, frame
from tests.reading.lens import PROFILES
from tests.reading.prints import Print, printed
from tests.reading.scanner_page import BUILD, ScannerPage, a_browser, scanner_page

_SLOWER = 6
_MOST_SECONDS = 0.3
_MOST_KILOBYTES = 600
#: Warm-up: after it the browser has optimised what it will.
_FIRST_SEEDS = range(900, 901)

#: A worker without a thread: the same bundle, on the page.
_WORKER_ON_THE_PAGE = """
  window.Worker = class {
    constructor(url) {
      const request = new XMLHttpRequest();
      request.open("GET", url, false);
      request.send();
      const scope = {
        location: { href: new URL(url, location.href).href },
        addEventListener: (_, listen) => { this.listen = listen; },
        postMessage: (data) => queueMicrotask(() => this.onmessage({ data })),
      };
      new Function("self", request.responseText)(scope);
    }
    postMessage(data) { queueMicrotask(() => this.listen({ data })); }
    terminate() {}
  };
"""
_PREPARE = """
  const [{ openBundle }, verifier] = await Promise.all(
    ["trust-bundle", "verifier"].map((name) => import(`/static/scan/${name}.js`)));
  const { bundle } = await openBundle(given);
  const [trust, records] = [verifier.trustOf(bundle), verifier.bundleRecords(bundle)];
  window.judged = (text) => verifier.verify(text, trust, records, new Date());
  window.alone = new Worker("/scan/decoder-worker.js");
  await new Promise((resolve) => { alone.onmessage = resolve; });
"""
_MEASURE = """
  const picture = await createImageBitmap(await (await fetch("/picture.jpg", { cache: "no-store" })).blob());
  const frame = { source: picture, width: picture.width, height: picture.height };
  const canvas = document.createElement("canvas");
  const pixels = frames.drawn(canvas, picture, frames.liveLook(0, frame.width, frame.height));
  let begin = performance.now();
  await new Promise((resolve) => {
    alone.onmessage = resolve;
    alone.postMessage({ id: 1, pixels, look: { reach: 0 } });
  });
  const bare = performance.now() - begin;
  begin = performance.now();
  for (let turn = 0; turn < 4; turn += 1) {
    const seal = chosen(await decoder.look(frame, turn));
    if (seal === null) continue;
    const { outcome } = await judged(seal.text);
    return { bare, ours: performance.now() - begin, looks: turn + 1, outcome };
  }
  return { bare, looks: 0 };
"""
_BUSY = """
  const begin = performance.now();
  let sum = 0;
  for (let step = 0; step < 6e6; step += 1) sum += step % 7;
  return performance.now() - begin + (sum < 0 ? 1 : 0);
"""


def run(*, quick: bool) -> Iterator[Line]:
    """Milliseconds from frame to verdict, and what a phone loads first."""
    with demo_office() as office, a_browser() as browser, scanner_page(browser) as scanner:
        letters = office.letters(office.issue(office.registered(3, photos=True), "b" * 64))
        pages = [printed(each) for each in letters]
        scanner.page.add_init_script(_WORKER_ON_THE_PAGE)
        scanner.start()
        scanner.run(_PREPARE, office.bundle().decode())
        for profile in PROFILES:
            _measured(scanner, pages, profile, _FIRST_SEEDS)
        usual = _slowed(scanner)
        seeds = range(1 if quick else 2)
        found = {profile: _measured(scanner, pages, profile, seeds) for profile in PROFILES}
        slow = _busy(scanner)
    for profile, times in found.items():
        yield from _lines(profile, times)
    yield Line("a busy loop, slowed / as it is", f"{slow:.0f} ms", f"{usual:.0f} ms", usual / slow)
    yield _first_load()


def _slowed(scanner: ScannerPage) -> float:
    usual = _busy(scanner)
    session = scanner.page.context.new_cdp_session(scanner.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    return usual


def _busy(scanner: ScannerPage) -> float:
    return statistics.median(float(scanner.run(_BUSY)) for _ in range(25))


def _measured(
    scanner: ScannerPage, pages: Sequence[Print], profile: str, seeds: Sequence[int]
) -> list[dict[str, float]]:
    return [_one(scanner, frame(kind, profile, seed, pages)) for seed in seeds for kind in KINDS]


def _one(scanner: ScannerPage, seen: Frame) -> dict[str, float]:
    scanner.show(seen.jpeg)
    taken: dict[str, Any] = scanner.run(_MEASURE)
    if taken["looks"] and taken["outcome"] != "valid":
        raise WrongAnswer(f"a good letter was {taken['outcome']}")
    return taken


def _lines(profile: str, times: Sequence[dict[str, float]]) -> Iterator[Line]:
    read = [each for each in times if each["looks"]]
    ours, bare = [each["ours"] / 1000 for each in read], [each["bare"] / 1000 for each in read]
    middle, alone = statistics.median(ours), statistics.median(bare)
    first = sum(each["looks"] == 1 for each in read)
    yield Line(
        f"frame to verdict, {_SLOWER} times slower, {profile} / the decoder alone",
        milliseconds(middle),
        milliseconds(alone),
        alone / middle,
        goal(f"≤ {_MOST_SECONDS * 1000:.0f} ms", met=middle <= _MOST_SECONDS),
    )
    late, alone_late = percentile(ours, 0.9), percentile(bare, 0.9)
    yield Line(
        f"the same, p90 ({len(times)} frames, {len(read)} read, {first} of them at the first look)",
        milliseconds(late),
        milliseconds(alone_late),
        alone_late / late,
    )


def _first_load() -> Line:
    """What a phone fetches before it can scan without a network; the page itself is a few kilobytes more."""
    built = json.loads((BUILD / "asset-manifest.json").read_text(encoding="utf-8"))
    files = {**built["assets"], "service-worker.js": built["service_worker"]}
    sizes = [
        min(
            (BUILD / each).stat().st_size
            for each in (name, *(f"{name}.{ending}" for ending in file["encodings"]))
        )
        for name, file in files.items()
    ]
    kilobytes = sum(sizes) / 1000
    return Line(
        "first load of the scanner, compressed",
        f"{kilobytes:.0f} KB",
        goal=goal(f"≤ {_MOST_KILOBYTES} KB", met=kilobytes <= _MOST_KILOBYTES),
    )
