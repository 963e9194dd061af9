"""Write the list of parts (CycloneDX SBOM) of what the service and its scanner are made of, from the lock files alone.

Asks no network and names no place to fetch from. ``script/audit`` runs it; the list lies in ``build/``, made anew each
time, so that it cannot differ from the locks.
"""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "build" / "sbom.cdx.json"


def python_parts() -> dict[str, Any]:
    """The list of ``requirements.lock``, as cyclonedx-py makes it."""
    made = subprocess.run(  # noqa: S603 - our own tool with our own file, no shell
        [
            str(Path(sys.executable).with_name("cyclonedx-py")),
            *("requirements", "requirements.lock", "--pyproject", "pyproject.toml", "--output-reproducible"),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    parts: dict[str, Any] = json.loads(made.stdout)
    for part in parts["components"]:
        part.pop("description", None)  # the line of the lock once more
        # Where the tool supposes that it came from: the hashes say what it is, wherever it comes from.
        part["hashes"] = [digest for each in part.pop("externalReferences") for digest in each["hashes"]]
    parts["metadata"].pop("tools", None)
    return parts


def scanner_parts() -> list[dict[str, Any]]:
    """The packages that the scanner is built from."""
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    parts = []
    for path, said in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name:
            algorithm, _, digest = said["integrity"].partition("-")
            parts.append(
                {
                    "bom-ref": f"npm:{name}",
                    "type": "library",
                    "name": name,
                    "version": said["version"],
                    "purl": f"pkg:npm/{name.replace('@', '%40')}@{said['version']}",
                    "hashes": [
                        {
                            "alg": algorithm.upper().replace("SHA", "SHA-"),
                            "content": base64.b64decode(digest).hex(),
                        }
                    ],
                    "scope": "optional" if said.get("optional") else "required",
                }
            )
    return parts


def main() -> None:
    """Write the list where the argument says, or to ``build/sbom.cdx.json``."""
    place = Path(sys.argv[1]) if sys.argv[1:] else LIST
    parts = python_parts()
    scanner = scanner_parts()
    parts["components"] += scanner
    parts["dependencies"] += [{"ref": part["bom-ref"]} for part in scanner]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(parts, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
