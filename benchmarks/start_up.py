"""The whole of ``suket verify TEXT --bundle FILE``, process start included."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measure import Line, WrongAnswer, alternate
from benchmarks.office import demo_office


def run(*, quick: bool) -> Iterator[Line]:
    """Seconds a process."""
    with demo_office() as office:
        [text] = office.seal_texts(1)
        bundle = office.settings.data_dir / "trust-bundle.jws"
        bundle.write_bytes(office.bundle())
        suket = [str(Path(sys.executable).with_name("suket")), "verify", text, "--bundle", str(bundle)]
        least = [sys.executable, "-c", "import cryptography.hazmat.primitives.asymmetric.ec"]
        ours, bare = alternate(
            2 if quick else 7,
            lambda: _succeeds(suket, office.environment()),
            lambda: _succeeds(least, office.environment()),
        )
    yield Line(
        "suket verify TEXT --bundle FILE, whole process / Python that only imports its ECDSA",
        f"{ours:.2f} s",
        f"{bare:.2f} s",
        bare / ours,
    )


def _succeeds(command: Sequence[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, check=False, capture_output=True)
    if done.returncode != 0:
        raise WrongAnswer(done.stderr.decode())
