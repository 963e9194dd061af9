"""What the decoder is given to see: parts of the picture that miss nothing, and edges made steeper."""

from typing import Any

import numpy as np
import pytest

from tests.reading.scanner_page import ScannerPage

pytestmark = pytest.mark.browser

SIZES = [(1, 1), (320, 240), (640, 480), (1280, 720), (1920, 1080), (1080, 1920), (3840, 2160)]
PHOTOS = [(1, 1), (900, 1273), (2000, 1500), (4000, 3000), (6120, 8160), (8160, 6120)]
MOST_PIXELS = 9_000_000  # drawn at once: 36 megabytes on the phone


def live(scanner: ScannerPage, turn: int, size: tuple[int, int]) -> dict[str, Any]:
    found: dict[str, Any] = scanner.run(
        "return frames.liveLook(given[0], given[1], given[2]);", [turn, *size]
    )
    return found


def of_photo(scanner: ScannerPage, size: tuple[int, int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scanner.run("return frames.photoLooks(given[0], given[1]);", size)
    return found


def is_inside(look: dict[str, Any], size: tuple[int, int]) -> bool:
    width, height = size
    across = look["x"] >= 0 and look["width"] > 0 and look["x"] + look["width"] <= width
    return bool(across and look["y"] >= 0 and look["height"] > 0 and look["y"] + look["height"] <= height)


def is_whole(look: dict[str, Any], size: tuple[int, int]) -> bool:
    return (look["x"], look["y"], look["width"], look["height"]) == (0, 0, *size)


@pytest.mark.parametrize("size", SIZES)
def test_every_look_lies_in_its_frame(started: ScannerPage, size: tuple[int, int]) -> None:
    assert all(is_inside(live(started, turn, size), size) for turn in range(4))


@pytest.mark.parametrize("size", SIZES)
def test_every_other_look_is_plain_and_of_the_whole_frame(
    started: ScannerPage, size: tuple[int, int]
) -> None:
    looks = [live(started, turn, size) for turn in range(4)]
    assert [is_whole(look, size) and look["reach"] == 0 for look in looks[::2]] == [True, True]
    assert all(look["reach"] > 0 for look in looks[1::2])


def test_the_closer_looks_enlarge_the_middle(started: ScannerPage) -> None:
    looks = [live(started, turn, (1920, 1080)) for turn in (1, 3)]
    assert [(each["x"] * 2 + each["width"], each["y"] * 2 + each["height"]) for each in looks] == [
        (1920, 1080)
    ] * 2
    assert [each["toWidth"] / each["width"] for each in looks] == pytest.approx([4 / 3, 2])


@pytest.mark.parametrize("size", [(3840, 2160), (1920, 1080)])
def test_the_whole_of_a_large_frame_is_reduced(started: ScannerPage, size: tuple[int, int]) -> None:
    look = live(started, 0, size)
    assert (look["toWidth"], look["toHeight"]) == (1280, 720)


def test_the_whole_of_a_small_frame_is_not_reduced(started: ScannerPage) -> None:
    look = live(started, 0, (1280, 720))
    assert (look["toWidth"], look["toHeight"]) == (1280, 720)


@pytest.mark.parametrize("size", PHOTOS)
def test_every_look_at_a_photograph_lies_in_it_and_fits_a_phone(
    started: ScannerPage, size: tuple[int, int]
) -> None:
    for look in of_photo(started, size):
        assert is_inside(look, size)
        assert 0 < look["toWidth"] * look["toHeight"] <= MOST_PIXELS


@pytest.mark.parametrize("size", PHOTOS)
def test_a_photograph_is_looked_at_whole_first(started: ScannerPage, size: tuple[int, int]) -> None:
    assert is_whole(of_photo(started, size)[0], size)


@pytest.mark.parametrize("size", PHOTOS)
def test_a_symbol_anywhere_in_a_photograph_lies_wholly_in_a_part_that_is_not_reduced(
    started: ScannerPage, size: tuple[int, int]
) -> None:
    width, height = size
    side = min(300, width, height)
    parts = [look for look in of_photo(started, size) if look["toWidth"] >= look["width"]]
    for x in range(0, width - side + 1, 90):
        for y in range(0, height - side + 1, 90):
            assert any(
                part["x"] <= x
                and part["y"] <= y
                and part["x"] + part["width"] >= x + side
                and part["y"] + part["height"] >= y + side
                for part in parts
            ), (x, y)


def sharpened(scanner: ScannerPage, grey: "np.ndarray[Any, np.dtype[np.uint8]]", reach: int) -> Any:
    code = """const { rows, reach } = given;
      const [height, width] = [rows.length, rows[0].length];
      const data = new Uint8ClampedArray(width * height * 4).fill(255);
      rows.flat().forEach((level, place) => data.fill(level, 4 * place, 4 * place + 3));
      frames.sharpen({ data, width, height }, reach);
      return Array.from(data);"""
    return scanner.run(code, {"rows": grey.tolist(), "reach": reach})


def test_a_plain_surface_stays_as_it_is(started: ScannerPage) -> None:
    assert sharpened(started, np.full((9, 12), 90, np.uint8), 3) == [90, 90, 90, 255] * 9 * 12


@pytest.mark.parametrize("shape", [(31, 47), (5, 60), (60, 5), (1, 1)])
@pytest.mark.parametrize("reach", [1, 6, 9])
def test_what_differs_from_the_mean_around_it_is_added_once_more_and_a_fifth(
    started: ScannerPage, shape: tuple[int, int], reach: int
) -> None:
    grey = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    around = np.pad(grey.astype(float), reach, mode="edge")
    span = 2 * reach + 1
    windows = np.lib.stride_tricks.sliding_window_view(around, (span, span))
    wanted = np.clip(grey + 1.2 * (grey - windows.mean(axis=(2, 3))), 0, 255)
    found = np.array(sharpened(started, grey, reach)).reshape(*shape, 4)
    assert np.abs(found[..., :3] - wanted[..., None]).max() <= 0.5 + 1e-6
    assert (found[..., 3] == 255).all()
