"""What the service is made of: held by hashes, built alike twice, listed from the locks (A31)."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")
PACKAGE = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^ ;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL
)


def packages(lock: str) -> dict[str, tuple[str, str]]:
    """Name → version and the rest of its entry."""
    return {each[1]: (each[2], each[3]) for each in PACKAGE.finditer((ROOT / lock).read_text("utf-8"))}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_held_by_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    found = PACKAGE.findall(text)
    assert len(found) == len(re.findall(r"^[^\s#]", text, re.MULTILINE))  # and nothing else stands there
    for name, _, rest in found:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", rest), name
    assert not re.search(r"://|index-url|find-links| @ ", text)


def test_what_runs_is_the_same_in_both_locks() -> None:
    developed = packages("requirements-dev.lock")
    for name, (version, _) in packages("requirements.lock").items():
        assert developed[name][0] == version, name


def test_packages_are_installed_by_their_hashes_alone() -> None:
    for file in ("script/machine.sh", "Dockerfile"):
        installs = re.findall(r"pip install[^\n]*", (ROOT / file).read_text("utf-8"))
        assert installs
        for each in installs:
            assert "--require-hashes" in each or "--no-index" in each, each


def test_two_builds_are_one_wheel(tmp_path: Path) -> None:
    tree = tmp_path / "first"  # a copy: other hands may be at work in the original
    tree.mkdir()
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, tree)
    build_free = shutil.ignore_patterns("__pycache__", "build")
    shutil.copytree(ROOT / "suket_service", tree / "suket_service", ignore=build_free)
    again = Path(shutil.copytree(tree, tmp_path / "second"))
    for path in again.rglob("*"):
        os.utime(path, (1, 1))
    assert wheel(tree) == wheel(again)


def wheel(tree: Path) -> tuple[str, str]:
    """Name and digest of the wheel of a source tree."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "made"],
        cwd=tree,
        check=True,
        capture_output=True,
    )
    [made] = (tree / "made").glob("*.whl")
    return made.name, hashlib.sha256(made.read_bytes()).hexdigest()


@pytest.mark.slow  # cyclonedx-py takes its time; script/audit runs it
def test_the_list_of_parts_is_that_of_the_locks(tmp_path: Path) -> None:
    place = tmp_path / "sbom.json"
    subprocess.run([sys.executable, ROOT / "script" / "sbom.py", place], check=True)
    text = place.read_text("utf-8")
    parts = json.loads(text)
    assert parts["bomFormat"] == "CycloneDX"
    listed = {(each["purl"].partition("/")[0], each["name"], each["version"]) for each in parts["components"]}
    locked = {("pkg:pypi", name, version) for name, (version, _) in packages("requirements.lock").items()}
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    locked |= {
        ("pkg:npm", path.rpartition("node_modules/")[2], said["version"])
        for path, said in lock.items()
        if path
    }
    assert listed == locked
    assert all(each["hashes"] for each in parts["components"])
    assert set(re.findall(r"https?://([a-z.]+)", text)) == {"cyclonedx.org"}
