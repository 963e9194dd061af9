"""A child process that turns a stranger's PDF into grey pictures: stdin to stdout. Reads no codes.

``python -m suket_service.paper.rasteriser DPI``. For each of the first pages it writes width and height
(4 bytes each, big-endian) and width x height bytes of grey. It limits itself before it touches the
data; whatever happens to it, its parent only sees fewer frames.
"""

import resource
import sys

import pypdfium2

MOST_PAGES = 5
MOST_PIXELS = 10_000_000  # a page; A4 at 300 dpi has 8.7 million
MOST_OUTPUT = MOST_PAGES * (MOST_PIXELS + 8)
MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 4
POINTS_PER_INCH = 72


def main() -> None:
    """Render what stands on stdin; ends with an exit code other than 0 when that is impossible."""
    limit()
    dpi = int(sys.argv[1])
    pdf = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    for index in range(min(len(pdf), MOST_PAGES)):
        try:
            frame = render(pdf[index], dpi)
        except (pypdfium2.PdfiumError, ValueError, MemoryError):
            continue  # the other pages may be whole
        sys.stdout.buffer.write(frame)
        sys.stdout.buffer.flush()


def limit() -> None:
    """Give up everything this process will not need: memory, time, files, children, core dumps."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def render(page: pypdfium2.PdfPage, dpi: int) -> bytes:
    """One page as a frame, at ``dpi`` or as near to it as ``MOST_PIXELS`` allows."""
    width, height = page.get_size()
    scale = dpi / POINTS_PER_INCH
    # The few percent less leave room for rounding each side up.
    scale = min(scale, (0.98 * MOST_PIXELS / max(width * height, 1)) ** 0.5)
    if min(width, height) <= 0 or max(width, height) * scale > MOST_PIXELS:
        raise ValueError("page without an area")
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    across, down, stride = bitmap.width, bitmap.height, bitmap.stride
    raw: bytes = bytes(bitmap.buffer)
    rows: bytes = (
        raw if stride == across else b"".join(raw[y * stride : y * stride + across] for y in range(down))
    )
    frame: bytes = across.to_bytes(4, "big") + down.to_bytes(4, "big") + rows
    return frame


if __name__ == "__main__":
    main()
