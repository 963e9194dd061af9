"""The composition that runs an office in earnest, as whoever runs it reads it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
#: What `.env` must say.
SETTINGS = {
    "SUKET_HOST": "suket.example.go.id",
    "SUKET_TLS": "internal",
    "SUKET_OFFICE_NETWORKS": "192.168.10.0/24",
    "SUKET_BACKUP_RECIPIENTS": "age1e2tx4mvck24a9uqxp8wwvhupvquedm7gltqrlucv4x0nxyt4wa5qlykx89",
}


def composed(file: str, **settings: str) -> dict[str, Any]:
    """A composition, by Docker's own reader where this machine has it, else as YAML."""
    reader = shutil.which("docker-compose")
    text = (ROOT / file).read_text("utf-8")
    if reader is not None:
        done = subprocess.run(
            [reader, "--file", file, "config"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        text = done.stdout
    read: dict[str, Any] = yaml.safe_load(text)
    return read


@pytest.fixture(scope="session")
def composition() -> dict[str, Any]:
    """``compose.yaml``."""
    return composed("compose.yaml", **SETTINGS)


@pytest.fixture(scope="session")
def services(composition: dict[str, Any]) -> dict[str, Any]:
    """What it runs, by name."""
    found: dict[str, Any] = composition["services"]
    return found
