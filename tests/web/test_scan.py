"""The scanner as served: one version whole, small enough for a slow line, by name from the build's list alone."""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from suket_service.settings import Settings
from suket_service.web import scan
from suket_service.web.app import create_app
from tests.cli.builders import World

MOST_FIRST_LOAD_BYTES = 600 * 1000
MEDIA_TYPES = {
    "main.js": "text/javascript",
    "decoder-worker.js": "text/javascript",
    "zxing_reader.wasm": "application/wasm",
    "scan.css": "text/css",
    "manifest.webmanifest": "application/manifest+json",
    "scanner.svg": "image/svg+xml",
    "scanner-192.png": "image/png",
}
#: What the page itself names and what its modules ask for later.
ADDRESS = re.compile(r"""["'(](/scan/[a-z0-9_.-]+)["')]""")
#: In a bundle, but no file of it: asked of the service each time.
ASKED_ANEW = {"/scan/trust-bundle", "/scan/service-worker.js", "/scan/whole"}


@pytest.fixture(scope="module")
def manifest() -> Any:
    """What the build wrote down of itself."""
    file = scan.BUILD / "asset-manifest.json"
    assert file.is_file(), "the scanner is not built: run script/scanner"
    return json.loads(file.read_text("utf-8"))


@pytest.fixture
def names(manifest: Any) -> list[str]:
    return list(manifest["assets"])


def kept(client: FlaskClient) -> dict[str, Any]:
    """What the service worker is told to keep."""
    first, _, _ = client.get("/scan/service-worker.js").text.partition("\n")
    told: dict[str, Any] = json.loads(first.removeprefix("self.BUILD=").removesuffix(";"))
    return told


class TestThePage:
    def test_it_may_use_the_camera_and_the_decoder_and_nothing_from_elsewhere(
        self, client: FlaskClient
    ) -> None:
        headers = client.get("/scan/").headers
        assert headers["Permissions-Policy"].startswith("camera=(self)")
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy
        assert "default-src 'none'" in policy
        assert "'unsafe-" not in policy
        assert not re.search(r"https?:|\*", policy)

    def test_it_is_the_same_for_everyone(self, client: FlaskClient) -> None:
        before = client.get("/scan/").data
        client.set_cookie("bahasa", "en")
        assert client.get("/scan/?from=elsewhere", headers={"Accept-Language": "en"}).data == before

    def test_without_a_slash_it_is_found(self, client: FlaskClient) -> None:
        response = client.get("/scan")
        assert (response.status_code, response.headers["Location"]) == (308, "http://localhost/scan/")

    def test_the_public_check_has_no_camera_for_it_reads_its_address(self, client: FlaskClient) -> None:
        assert client.get("/s").headers["Permissions-Policy"].startswith("camera=()")

    def test_no_other_public_page_may(self, client: FlaskClient) -> None:
        assert client.get("/layanan").headers["Permissions-Policy"].startswith("camera=()")


class TestFiles:
    @pytest.mark.parametrize("name", MEDIA_TYPES)
    def test_a_file_has_its_media_type(self, client: FlaskClient, name: str) -> None:
        response = client.get(f"/scan/{name}")
        assert (response.status_code, response.mimetype) == (200, MEDIA_TYPES[name])
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    def test_every_file_is_the_one_that_was_built(self, client: FlaskClient, manifest: Any) -> None:
        for name, said in manifest["assets"].items():
            assert hashlib.sha256(client.get(f"/scan/{name}").data).hexdigest() == said["sha256"], name

    def test_a_workers_own_policy_lets_the_decoder_run(self, client: FlaskClient) -> None:
        policy = client.get("/scan/decoder-worker.js").headers["Content-Security-Policy"]
        assert "'wasm-unsafe-eval'" in policy

    @pytest.mark.parametrize(
        ("accepted", "encoding"),
        [
            (None, None),
            ("identity", None),
            ("gzip, deflate", "gzip"),
            ("gzip, deflate, br", "br"),
            ("gzip, deflate, br, zstd", "br"),
            ("br;q=0, gzip", "gzip"),
            ("br;q=0.1, gzip;q=0.9", "br"),
        ],
    )
    def test_it_comes_in_the_smallest_form_that_is_read(
        self, client: FlaskClient, accepted: str | None, encoding: str | None
    ) -> None:
        headers = {} if accepted is None else {"Accept-Encoding": accepted}
        response = client.get("/scan/main.js", headers=headers)
        assert response.headers.get("Content-Encoding") == encoding
        assert response.headers["Vary"] == "Accept-Encoding"

    @pytest.mark.parametrize("address", ["/scan/", "/scan/main.js", "/scan/service-worker.js"])
    def test_its_gzip_form_is_it(self, client: FlaskClient, address: str) -> None:
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == client.get(address).data

    @pytest.mark.parametrize("address", ["/scan/", "/scan/zxing_reader.wasm", "/scan/service-worker.js"])
    def test_it_is_asked_for_anew_and_not_sent_twice(self, client: FlaskClient, address: str) -> None:
        first = client.get(address)
        assert first.headers["Cache-Control"] == "no-cache"
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert client.get(address, headers={"If-None-Match": '"another"'}).status_code == 200

    def test_each_form_has_a_tag_of_its_own(self, client: FlaskClient) -> None:
        tags = [
            client.get("/scan/main.js", headers={"Accept-Encoding": accepted}).headers["ETag"]
            for accepted in ("identity", "gzip", "br")
        ]
        assert len(set(tags)) == len(tags)

    @pytest.mark.parametrize(
        "address",
        [
            "/scan/none.js",
            "/scan/main.js.br",
            "/scan/asset-manifest.json",
            "/scan/../app.py",
            "/scan/%2e%2e/%2e%2e/app.py",
            "/scan/..%2fscan.py",
            "/scan//etc/passwd",
            "/scan/main.js/",
            "/scan/icons/scanner-192.png",
        ],
    )
    def test_what_the_build_does_not_name_is_not_there(self, client: FlaskClient, address: str) -> None:
        assert client.get(address).status_code == 404


class TestWhatAPhoneKeeps:
    def test_every_file_that_the_build_names_and_the_page(
        self, client: FlaskClient, names: list[str]
    ) -> None:
        assert [address for address, _ in kept(client)["files"]] == ["/scan/", *(f"/scan/{n}" for n in names)]

    def test_the_digests_are_those_of_what_is_served(self, client: FlaskClient) -> None:
        for address, digest in kept(client)["files"]:
            assert hashlib.sha256(client.get(address).data).hexdigest() == digest, address

    def test_the_page_and_its_files_need_nothing_else(self, client: FlaskClient, names: list[str]) -> None:
        addresses = {f"/scan/{name}" for name in names}
        for where in ("/scan/", "/scan/main.js", "/scan/scan.css", "/scan/manifest.webmanifest"):
            assert set(ADDRESS.findall(client.get(where).text)) <= addresses | ASKED_ANEW, where

    def test_the_page_loads_from_under_its_own_address_alone(self, client: FlaskClient) -> None:
        loaded = re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', client.get("/scan/").text)
        assert loaded
        assert [each for each in loaded if not each.startswith("/scan/")] == []

    def test_another_page_is_another_version(self, client: FlaskClient, production: FlaskClient) -> None:
        assert client.get("/scan/").data != production.get("/scan/").data
        here, there = kept(client)["version"], kept(production)["version"]
        assert here != there
        assert here.split("-")[0] == there.split("-")[0]

    def test_the_version_stays_while_nothing_changes(self, client: FlaskClient) -> None:
        assert client.get("/scan/service-worker.js").data == client.get("/scan/service-worker.js").data

    @pytest.mark.parametrize("accepted", ["gzip, br", "gzip"])
    def test_all_of_it_is_small_enough_for_a_slow_line(self, client: FlaskClient, accepted: str) -> None:
        addresses = [address for address, _ in kept(client)["files"]] + ["/scan/service-worker.js"]
        sizes = {
            address: len(client.get(address, headers={"Accept-Encoding": accepted}).data)
            for address in addresses
        }
        assert sum(sizes.values()) <= MOST_FIRST_LOAD_BYTES, sizes

    def test_the_app_can_be_put_on_the_home_screen(self, client: FlaskClient) -> None:
        said = json.loads(client.get("/scan/manifest.webmanifest").data)
        assert (said["start_url"], said["scope"], said["display"]) == ("/scan/", "/scan/", "standalone")
        assert said["lang"] == "id"
        drawn = {(icon["sizes"], icon["purpose"]) for icon in said["icons"]}
        assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= drawn
        for icon in said["icons"]:
            size = int(icon["sizes"].partition("x")[0])
            assert client.get(icon["src"]).data[16:24] == size.to_bytes(4, "big") * 2  # the PNG's own word


class TestRoles:
    def test_a_process_for_the_public_serves_the_scanner(self, world: World) -> None:
        settings = Settings.from_env({"SUKET_DATA_DIR": str(world.data), "SUKET_ROLE": "public"})
        public = create_app(settings).test_client()
        assert public.get("/scan/").status_code == 200
        assert all(public.get(address).status_code == 200 for address, _ in kept(public)["files"])


class TestWithoutABuild:
    @pytest.fixture
    def unbuilt(self, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
        monkeypatch.setattr(scan, "BUILD", tmp_path)
        return client

    def test_the_page_says_what_to_run(self, unbuilt: FlaskClient) -> None:
        response = unbuilt.get("/scan/")
        assert (response.status_code, response.mimetype) == (503, "text/html")
        assert "Pemindai belum terpasang" in response.text
        assert "script/scanner" in response.text
        assert response.headers["Cache-Control"] == "no-store"

    def test_there_are_no_files(self, unbuilt: FlaskClient) -> None:
        assert unbuilt.get("/scan/main.js").status_code == 404
        assert unbuilt.get("/scan/service-worker.js").status_code == 404

    def test_everything_else_works(self, unbuilt: FlaskClient) -> None:
        assert unbuilt.get("/s").status_code == 200
        assert unbuilt.get("/scan/trust-bundle").status_code == 200

    def test_a_build_that_comes_later_is_served_at_once(
        self, unbuilt: FlaskClient, tmp_path: Path, manifest: Any
    ) -> None:
        (tmp_path / "main.js").write_text("1;", "utf-8")
        said = {"sha256": hashlib.sha256(b"1;").hexdigest(), "bytes": 2, "encodings": []}
        written = {"version": "0", "assets": {"main.js": said}, "service_worker": said}
        (tmp_path / "asset-manifest.json").write_text(json.dumps(written), "utf-8")
        assert unbuilt.get("/scan/main.js").text == "1;"
