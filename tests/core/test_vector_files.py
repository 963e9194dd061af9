"""Vectors that the browser's modules are held to as well: whole bundles, and the tables of the verdict."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from suket_service.core.election import ElectionFacts
from suket_service.core.keyring import Key
from suket_service.core.trust_bundle import ListSnapshot, OpenedBundle, TrustBundle, open_bundle
from suket_service.errors import SuketError
from tests.core import vector_files
from tests.core.builders import VECTORS, titles, vectors

BUNDLES = vectors("bundles.json")["cases"]


def answer_of(case: dict[str, Any]) -> dict[str, Any]:
    try:
        opened: OpenedBundle = open_bundle(case["token"], case["pins"], case["held_version"])
    except SuketError as error:
        return {"error": error.code}
    return {
        "signer": opened.signer.kid,
        "introduced": list(opened.introduced),
        "bundle": told(opened.bundle),
    }


def told(bundle: TrustBundle) -> dict[str, Any]:
    return {
        "environment": bundle.environment,
        "registry": bundle.registry,
        "hosts": list(bundle.hosts),
        "version": bundle.version,
        "issued_at": int(bundle.issued_at.timestamp()),
        "as_of": int(bundle.as_of.timestamp()),
        "stale_after": int(bundle.stale_after.timestamp()),
        "keys": [told_key(key) for key in bundle.keys],
        "offices": [
            {
                "code": office.code,
                "name": office.name,
                "utc_offset_minutes": office.utc_offset // timedelta(minutes=1),
            }
            for office in bundle.offices.values()
        ],
        "kinds": [{"code": kind.code, "title": kind.title} for kind in bundle.kinds.values()],
        "lists": [told_list(snapshot) for snapshot in bundle.lists.values()],
        "extensions": [[*place, until.isoformat()] for place, until in bundle.extensions.items()],
        "windows": [
            {
                "office": window.office,
                "kind": window.kind,
                "opens_on": window.opens_on.isoformat(),
                "closes_on": window.closes_on and window.closes_on.isoformat(),
            }
            for window in bundle.windows
        ],
        "checkpoint": bundle.checkpoint,
        "elections": [told_election(election) for election in bundle.elections],
        "stations": [
            {
                "id": station.id,
                "code": station.code,
                "village": station.village,
                "neighbourhoods": list(station.neighbourhoods),
            }
            for station in bundle.stations
        ],
        "villages": [[code, name] for code, name in bundle.villages.items()],
    }


def told_key(key: Key) -> dict[str, Any]:
    unsaid = {"kty", "crv", "x", "y", "alg", "use"}
    return {name: value for name, value in key.to_jwk().items() if name not in unsaid}


def told_list(snapshot: ListSnapshot) -> dict[str, Any]:
    gap = snapshot.gap
    return {
        "list": snapshot.number,
        "office": snapshot.office,
        "next_index": snapshot.next_index,
        "entries": len(snapshot.statuses),
        "sha256": hashlib.sha256(snapshot.statuses.raw).hexdigest(),
        "fingerprints": [[index, prefix.hex()] for index, prefix in snapshot.fingerprints.items()],
        "gap": gap and [gap.first.isoformat(), gap.last.isoformat()],
    }


def told_election(election: ElectionFacts) -> dict[str, Any]:
    return {
        "id": election.id,
        "office": election.office,
        "name": election.name,
        "opens_at": int(election.opens_at.timestamp()),
        "closes_at": int(election.closes_at.timestamp()),
        "issuing_closes_at": int(election.issuing_closes_at.timestamp()),
    }


@pytest.mark.parametrize("case", titles(BUNDLES))
def test_a_bundle_of_the_file_opens_as_it_should_or_not(case: dict[str, Any]) -> None:
    assert answer_of(case) == case["expect"]


def test_every_error_of_opening_a_bundle_has_a_case() -> None:
    assert {case["expect"].get("error") for case in BUNDLES} == {
        None,
        "bundle_older",
        "bundle_unreadable",
        "bundle_untrusted",
        "key_id_taken",
        "key_unreadable",
        "not_a_publication",
        "status_list_unreadable",
    }


def test_no_two_bundles_share_a_title() -> None:
    assert len({case["title"] for case in BUNDLES}) == len(BUNDLES)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (vector_files.BUNDLES, vector_files.bundles),
        (vector_files.VERDICTS, vector_files.verdicts),
    ],
)
def test_a_file_is_what_its_maker_makes_of_it_now(name: str, content: Any) -> None:
    # After a change that is meant: python -m tests.core.vector_files
    made, kept = json.loads(vector_files.as_file(content())), vectors(name)
    assert made.keys() == kept.keys()
    for part, value in made.items():
        if isinstance(value, list):
            for one, other in zip(value, kept[part], strict=True):
                assert one == other
        assert value == kept[part]
    assert (VECTORS / name).read_text(encoding="utf-8") == vector_files.as_file(content())
