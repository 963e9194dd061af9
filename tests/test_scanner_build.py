"""The scanner's build: the same from the same sources, another version from others, fit for old phones."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from suket_service.cli import startup_check

ROOT = Path(__file__).parents[1]
STATIC = Path("suket_service/web/static")
OUTPUT = STATIC / "build" / "scan"
#: What a build reads.
SOURCES = ("package-lock.json", "script/build-scanner.mjs", "templates/station", "node_modules")
#: Bundling brings down the language, not what the browser has. (The decoder's own script guards what it calls.)
YOUNGER_THAN_CHROME_80 = re.compile(
    r"\.at\(|replaceAll\(|replaceChildren|structuredClone|randomUUID|hasOwn\(|Promise\.any|findLast"
    r"|AbortSignal\.|throwIfAborted|toSorted|withResolvers|WeakRef"
)
NODE = shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")


def node(*arguments: str | Path, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """Run Node; whether it succeeded is for the caller to judge."""
    return subprocess.run(
        [NODE, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )


def build(tree: Path) -> dict[str, bytes]:
    """Every file of the build, by name."""
    done = node("script/build-scanner.mjs", cwd=tree)
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in (tree / OUTPUT).iterdir()}


def version_of(tree: Path) -> str:
    return str(json.loads((tree / OUTPUT / "asset-manifest.json").read_text("utf-8"))["version"])


def is_current(tree: Path) -> bool:
    return node("script/build-scanner.mjs", "--is-current", cwd=tree).returncode == 0


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a build reads, built elsewhere than here; only read."""
    assert (ROOT / "node_modules").is_dir(), "the scanner's packages are missing: run script/scanner"
    tree = tmp_path_factory.mktemp("elsewhere")
    for source in (*SOURCES, STATIC / "scan", STATIC / "suket.css"):
        place = tree / source
        place.parent.mkdir(parents=True, exist_ok=True)
        if str(source) == "node_modules":
            place.symlink_to(ROOT / source)
        elif (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place)
        else:
            shutil.copy(ROOT / source, place)
    build(tree)
    return tree


@pytest.fixture(scope="module")
def rebuilt(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to which newer language than old phones have was added, built again; only read."""
    tree = Path(shutil.copytree(built, tmp_path_factory.mktemp("rebuilt") / "tree", symlinks=True))
    newer = (
        "export class Own { #x = 1; get() { self.kept ??= this.#x; return self.kept; } }\nself.Own = Own;\n"
    )
    add_to(STATIC / "scan" / "main.js", newer)(tree)
    build(tree)
    return tree


@pytest.fixture
def tree(built: Path, tmp_path: Path) -> Path:
    """That copy, to be changed."""
    return Path(shutil.copytree(built, tmp_path / "tree", symlinks=True))


def add_to(name: str | Path, text: str) -> Callable[[Path], None]:
    """A change: that text at the end of that file."""

    def change(tree: Path) -> None:
        with (tree / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


CHANGES = {
    "a module": add_to(STATIC / "scan" / "seal.js", "// more\n"),
    "a new module": add_to(STATIC / "scan" / "new.js", "// new\n"),
    "an icon": add_to(STATIC / "scan" / "icons" / "scanner.svg", "<!-- more -->\n"),
    "the style": add_to(STATIC / "scan" / "scan.css", "/* more */\n"),
    "the page": add_to("templates/station/scan.html", "<!-- more -->\n"),
    "the locked packages": add_to("package-lock.json", " "),
    "the build itself": add_to("script/build-scanner.mjs", "// more\n"),
}
DAMAGES: dict[str, Callable[[Path], object]] = {
    "a file that is missing": lambda tree: (tree / OUTPUT / "main.js").unlink(),
    "a file that was changed": add_to(OUTPUT / "decoder-worker.js", "// more\n"),
    "a compressed form that is missing": lambda tree: (tree / OUTPUT / "zxing_reader.wasm.br").unlink(),
    "a list that is missing": lambda tree: (tree / OUTPUT / "asset-manifest.json").unlink(),
    "a list that is damaged": lambda tree: (tree / OUTPUT / "asset-manifest.json").write_text("{", "utf-8"),
}


class TestBuilding:
    def test_the_same_sources_give_the_same_bytes_wherever_they_lie(self, built: Path) -> None:
        here = {path.name: path.read_bytes() for path in (ROOT / OUTPUT).iterdir()}
        assert version_of(ROOT) == version_of(built), "built before the last change: run script/scanner"
        assert {path.name: path.read_bytes() for path in (built / OUTPUT).iterdir()} == here

    def test_where_nothing_changed_nothing_is_built(self, built: Path) -> None:
        before = (built / OUTPUT).stat().st_ino
        assert is_current(built)
        build(built)
        assert (built / OUTPUT).stat().st_ino == before

    @pytest.mark.parametrize("what", CHANGES)
    def test_a_change_asks_for_another_version(self, tree: Path, what: str) -> None:
        CHANGES[what](tree)
        assert not is_current(tree)

    def test_another_version_stands_in_what_is_built_from_it(self, built: Path, rebuilt: Path) -> None:
        main = (rebuilt / OUTPUT / "main.js").read_text("utf-8")
        assert version_of(rebuilt) != version_of(built)
        assert version_of(rebuilt) in main
        assert version_of(built) not in main
        assert is_current(rebuilt)

    @pytest.mark.parametrize("what", DAMAGES)
    def test_a_damaged_build_is_not_taken_for_one(self, tree: Path, what: str) -> None:
        DAMAGES[what](tree)
        assert not is_current(tree)

    def test_a_build_that_fails_leaves_the_last_one(self, tree: Path) -> None:
        before = sorted(path.name for path in (tree / OUTPUT.parent).iterdir())
        add_to(STATIC / "scan" / "main.js", "this is no JavaScript\n")(tree)
        failed = node("script/build-scanner.mjs", cwd=tree)
        assert failed.returncode != 0
        assert "main.js" in failed.stderr
        assert sorted(path.name for path in (tree / OUTPUT.parent).iterdir()) == before
        assert (tree / OUTPUT / "main.js").is_file()


class TestWhatIsBuilt:
    def test_every_compressed_form_is_of_its_file(self, built: Path) -> None:
        script = """
        const { readFileSync, readdirSync } = require("node:fs");
        const { brotliDecompressSync, gunzipSync } = require("node:zlib");
        const unpack = { br: brotliDecompressSync, gz: gunzipSync };
        const packed = readdirSync(".").filter((name) => /[.](br|gz)$/.test(name));
        const wrong = packed.filter((name) => !unpack[name.slice(-2)](readFileSync(name)).equals(readFileSync(name.slice(0, -3))));
        console.log(JSON.stringify({ packed: packed.length, wrong }));
        """
        told = json.loads(node("-e", script, cwd=built / OUTPUT).stdout)
        assert told["packed"] > 6
        assert told["wrong"] == []

    @pytest.mark.parametrize("name", ["decoder-worker.js", "service-worker.js"])
    def test_a_worker_is_a_script_of_the_old_kind(self, built: Path, name: str) -> None:
        script = "new (require('node:vm').Script)(require('node:fs').readFileSync(process.argv[1], 'utf-8'))"
        done = node("-e", script, built / OUTPUT / name)
        assert done.returncode == 0, done.stderr

    def test_newer_language_than_old_phones_have_is_brought_down(self, rebuilt: Path) -> None:
        main = (rebuilt / OUTPUT / "main.js").read_text("utf-8")
        assert "??=" not in main
        assert "#x" not in main

    def test_a_module_that_waits_at_the_top_is_refused(self, tree: Path) -> None:
        add_to(STATIC / "scan" / "main.js", "await fetch('/healthz');\n")(tree)
        assert "Top-level await" in node("script/build-scanner.mjs", cwd=tree).stderr

    @pytest.mark.parametrize("name", ["main.js", "service-worker.js"])
    def test_no_function_is_called_that_chrome_80_lacks(self, built: Path, name: str) -> None:
        assert YOUNGER_THAN_CHROME_80.findall((built / OUTPUT / name).read_text("utf-8")) == []

    def test_whose_work_is_in_it_is_said(self, built: Path) -> None:
        said = (built / OUTPUT / "licences.txt").read_text("utf-8")
        assert "MIT License" in said
        assert "Apache License 2.0" in said


class TestWithoutABuild:
    def test_the_start_up_check_says_what_to_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(startup_check, "SCANNER", tmp_path / "asset-manifest.json")
        [said] = startup_check._scanner_problems()
        assert said.en.endswith("Run: script/scanner")
        assert said.id.endswith("Jalankan: script/scanner")

    def test_where_it_is_built_there_is_nothing_to_say(self) -> None:
        assert startup_check.SCANNER == ROOT / OUTPUT / "asset-manifest.json"
        assert list(startup_check._scanner_problems()) == []


class TestLocks:
    def test_the_lock_names_no_place_to_fetch_from(self) -> None:
        lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
        packages = {name: said for name, said in lock["packages"].items() if name}
        assert packages
        assert [name for name, said in packages.items() if "resolved" in said] == []
        assert all(said["integrity"].startswith("sha512-") for said in packages.values())

    @pytest.mark.parametrize(
        "name", ["package-lock.json", ".npmrc", "package.json", "requirements-node.lock"]
    )
    def test_no_registry_is_named(self, name: str) -> None:
        assert not re.search(r"registry\.|registry=|index-url", (ROOT / name).read_text("utf-8"))

    def test_a_phone_is_given_one_package_and_no_other(self) -> None:
        said = json.loads((ROOT / "package.json").read_text("utf-8"))
        assert set(said["devDependencies"]) == {"esbuild", "zxing-wasm"}
        assert "dependencies" not in said
