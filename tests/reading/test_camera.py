"""The camera's module in a real Chromium: a fake camera that plays, and stubs for what no fake camera has."""

from typing import Any

import pytest

from tests.reading.scanner_page import ScannerPage

pytestmark = pytest.mark.browser

#: A camera whose track says it can do `given.can`, takes `given.takes` constraints, and writes down what it was asked.
_STUB = """
  const canvas = document.createElement("canvas");
  const stream = canvas.captureStream();
  const [track] = stream.getVideoTracks();
  const asked = [];
  track.getCapabilities = () => given.can;
  track.getSettings = () => ({ deviceId: "back", zoom: 1.5 });
  track.applyConstraints = async ({ advanced: [set] }) => {
    asked.push(set);
    if (given.refuses.some((name) => name in set)) throw new DOMException("no", "OverconstrainedError");
  };
  const opened = new camera.Camera(document.querySelector("video"), stream);
"""
_FAILING = """
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    (window.wanted = window.wanted || []).push(wanted.video);
    throw new DOMException("no", given);
  };
  try {
    await camera.openCamera(document.querySelector("video"), "gone");
  } catch (error) {
    return [error.name, error.code, window.wanted.map((video) => "deviceId" in video)];
  }
"""


def with_stub(scanner: ScannerPage, code: str, can: dict[str, Any] | None = None, refuses: str = "") -> Any:
    given = {"can": can or {}, "refuses": refuses.split()}
    return scanner.run(f"{_STUB} {code}", given)


def opened(scanner: ScannerPage, code: str) -> Any:
    return scanner.run(f'const c = await camera.openCamera(document.querySelector("video"), null); {code}')


def test_an_open_camera_shows_frames(scanner: ScannerPage) -> None:
    width = opened(scanner, "await c.nextFrame(); return c.grab().width;")
    assert width > 0


def test_a_stopped_camera_shows_none_and_lets_go_of_the_video(scanner: ScannerPage) -> None:
    assert opened(scanner, "c.stop(); return [c.grab(), c.video.srcObject];") == [None, None]


def test_the_camera_that_looks_away_from_its_holder_is_asked_for_in_full_hd(scanner: ScannerPage) -> None:
    wanted = scanner.run(
        """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        let wanted;
        navigator.mediaDevices.getUserMedia = (each) => real(wanted = each);
        (await camera.openCamera(document.querySelector("video"))).stop();
        return wanted;"""
    )
    size = {"width": {"ideal": 1920}, "height": {"ideal": 1080}}
    assert wanted == {"audio": False, "video": {"facingMode": {"ideal": "environment"}, **size}}


def test_a_chosen_camera_is_asked_for_by_its_id(scanner: ScannerPage) -> None:
    assert opened(
        scanner,
        """const [first] = await c.cameras();
        c.stop();
        const again = await camera.openCamera(document.querySelector("video"), first.id);
        const same = again.deviceId === first.id;
        again.stop();
        return same;""",
    )


def test_a_chosen_camera_that_is_gone_gives_way_to_any(scanner: ScannerPage) -> None:
    assert scanner.run(
        """const c = await camera.openCamera(document.querySelector("video"), "gone");
        await c.nextFrame();
        const shows = c.grab() !== null;
        c.stop();
        return shows;"""
    )


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("name", "code", "asked"),
    [
        ("NotAllowedError", "denied", [True]),
        ("SecurityError", "denied", [True]),
        ("NotFoundError", "none", [True, False]),
        ("OverconstrainedError", "none", [True, False]),
        ("NotReadableError", "busy", [True]),
        ("AbortError", "busy", [True]),
        ("TypeError", "unsupported", [True]),
    ],
)
def test_a_camera_that_does_not_open_says_why(
    scanner: ScannerPage, name: str, code: str, asked: list[bool]
) -> None:
    assert scanner.run(_FAILING, name) == ["CameraError", code, asked]


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ('Object.defineProperty(window, "isSecureContext", { value: false })', "insecure"),
        ('Object.defineProperty(navigator, "mediaDevices", { value: undefined })', "unsupported"),
    ],
)
def test_a_browser_without_a_camera_says_why(scanner: ScannerPage, missing: str, code: str) -> None:
    found = scanner.run(
        f"""{missing};
        try {{ await camera.openCamera(document.querySelector("video"), null); }}
        catch (error) {{ return error.code; }}"""
    )
    assert found == code


def test_a_video_that_does_not_play_puts_the_camera_out(scanner: ScannerPage) -> None:
    assert scanner.run(
        """const video = document.querySelector("video");
        let stream;
        video.play = async () => { stream = video.srcObject; throw new DOMException("no", "AbortError"); };
        try { await camera.openCamera(video, null); }
        catch (error) { return [error.code, stream.getTracks().map((track) => track.readyState)]; }"""
    ) == ["busy", ["ended"]]


def test_the_fake_camera_has_no_lamp_and_no_zoom(scanner: ScannerPage) -> None:
    code = "return [c.torchAvailable, await c.setTorch(true), c.torchOn, c.zoomRange, await c.setZoom(2)];"
    assert opened(scanner, code) == [False, False, False, None, False]


def test_a_lamp_is_lit_and_put_out(scanner: ScannerPage) -> None:
    code = """const lit = [await opened.setTorch(true), opened.torchOn];
      return [opened.torchAvailable, lit, [await opened.setTorch(false), opened.torchOn], asked];"""
    found = with_stub(scanner, code, can={"torch": True})
    assert found == [True, [True, True], [True, False], [{"torch": True}, {"torch": False}]]


def test_a_lamp_that_refuses_is_not_said_to_be_lit(scanner: ScannerPage) -> None:
    code = "return [await opened.setTorch(true), opened.torchOn];"
    assert with_stub(scanner, code, can={"torch": True}, refuses="torch") == [False, False]


def test_a_lamp_that_shows_itself_late_is_found(scanner: ScannerPage) -> None:
    code = "const before = opened.torchAvailable; given.can.torch = true; return [before, opened.torchAvailable];"
    assert with_stub(scanner, code) == [False, True]


def test_the_lamp_goes_out_with_the_camera(scanner: ScannerPage) -> None:
    code = "await opened.setTorch(true); opened.stop(); return opened.torchOn;"
    assert with_stub(scanner, code, can={"torch": True}) is False


@pytest.mark.parametrize(("wanted", "given"), [(1.5, 1.5), (9, 4), (0.1, 1)])
def test_zoom_stays_within_what_the_camera_can(scanner: ScannerPage, wanted: float, given: float) -> None:
    code = f"return [await opened.setZoom({wanted}), asked];"
    found = with_stub(scanner, code, can={"zoom": {"min": 1, "max": 4, "step": 0.1}})
    assert found == [True, [{"zoom": given}]]


def test_a_zoom_without_a_range_is_none(scanner: ScannerPage) -> None:
    assert with_stub(scanner, "return opened.zoomRange;", can={"zoom": {"min": 1, "max": 1}}) is None


def test_lighting_the_lamp_takes_back_neither_focus_nor_zoom(scanner: ScannerPage) -> None:
    can = {"torch": True, "zoom": {"min": 1, "max": 4}, "focusMode": ["manual", "continuous"]}
    code = """await opened.focusContinuously(); await opened.setZoom(1.5); await opened.setTorch(true);
      return asked[2];"""
    assert with_stub(scanner, code, can) == {"focusMode": "continuous", "zoom": 1.5, "torch": True}


def test_what_was_refused_is_not_asked_for_again(scanner: ScannerPage) -> None:
    can = {"torch": True, "zoom": {"min": 1, "max": 4}}
    code = "await opened.setZoom(1.5); await opened.setTorch(true); return asked[1];"
    assert with_stub(scanner, code, can, refuses="zoom") == {"torch": True}


def test_a_camera_that_cannot_focus_by_itself_is_left_alone(scanner: ScannerPage) -> None:
    code = "return [await opened.focusContinuously(), asked];"
    assert with_stub(scanner, code, can={"focusMode": ["manual"]}) == [False, []]


def test_a_browser_that_knows_no_capabilities_is_left_alone(scanner: ScannerPage) -> None:
    code = """track.getCapabilities = undefined; track.getSettings = undefined;
      return [opened.torchAvailable, opened.zoomRange, opened.deviceId, await opened.focusContinuously()];"""
    assert with_stub(scanner, code) == [False, None, None, False]


def test_a_camera_that_is_taken_away_is_said_once_and_shows_nothing(scanner: ScannerPage) -> None:
    code = """let lost = 0;
      opened.onLost = () => { lost += 1; };
      track.stop();
      track.dispatchEvent(new Event("ended"));
      return [lost, opened.grab()];"""
    assert with_stub(scanner, code) == [1, None]


def test_stopping_a_camera_is_not_losing_it(scanner: ScannerPage) -> None:
    code = """let lost = 0;
      opened.onLost = () => { lost += 1; };
      opened.stop();
      track.dispatchEvent(new Event("ended"));
      return lost;"""
    assert with_stub(scanner, code) == 0


def test_a_browser_without_frame_callbacks_still_has_frames(scanner: ScannerPage) -> None:
    code = "c.video.requestVideoFrameCallback = undefined; await c.nextFrame(); return c.grab() !== null;"
    assert opened(scanner, code)


def test_a_camera_that_stands_still_does_not_hold_up_the_scanner(scanner: ScannerPage) -> None:
    code = "c.video.requestVideoFrameCallback = () => {}; await c.nextFrame(); return true;"
    assert opened(scanner, code)


def test_only_cameras_are_listed_and_each_has_a_name(scanner: ScannerPage) -> None:
    code = """navigator.mediaDevices.enumerateDevices = async () => [
        { kind: "audioinput", deviceId: "ear", label: "Mikrofon" },
        { kind: "videoinput", deviceId: "a", label: "camera2 0, facing back" },
        { kind: "videoinput", deviceId: "b", label: "" },
        { kind: "videoinput", deviceId: "", label: "" }];
      return opened.cameras();"""
    named = [{"id": "a", "label": "camera2 0, facing back"}, {"id": "b", "label": "Kamera 2"}]
    assert with_stub(scanner, code) == named


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("cameras", "now", "then"),
    [
        ("abc", "a", "b"),
        ("abc", "c", "a"),
        ("abc", "gone", "a"),
        ("abc", None, "a"),
        ("a", "a", None),
        ("", "a", None),
    ],
)
def test_the_button_goes_round_the_cameras(
    scanner: ScannerPage, cameras: str, now: str | None, then: str | None
) -> None:
    given = {"cameras": [{"id": each, "label": each} for each in cameras], "now": now}
    assert scanner.run("return camera.cameraAfter(given.cameras, given.now);", given) == then
