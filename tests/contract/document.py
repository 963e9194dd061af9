"""The API's document as it is checked in: ``python -m tests.contract.document`` writes it (``script/openapi``).

Members are in the order of their names, so that a change of the API is a change of a few lines.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from suket_service.settings import Settings, prepare_demo
from suket_service.web.app import create_app

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


def live() -> dict[str, Any]:
    """What the service of an office serves, at the address that it has unless told otherwise."""
    with tempfile.TemporaryDirectory(prefix="suket-") as folder:
        data = Path(folder) / "data"
        prepare_demo(data)
        app = create_app(Settings.from_env({"SUKET_DATA_DIR": str(data)}))
        served: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
        return served


def as_text(document: dict[str, Any]) -> str:
    """The document as it stands in the file."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_text(live()), "utf-8")
