"""The offline checks of docs/integrating.md, as pasted, on every seal, good and bad, that the project knows.

They hold a key set and a status list and nothing more, and say less than a trust bundle can: what they cannot know
stands in the guide, and here as :func:`may_also_say`. Whatever they say, they say in both languages alike.
"""

import importlib.util
import json
import random
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from suket_service.core.keyring import KeyRing, Purpose
from suket_service.core.signing import SigningKey
from suket_service.core.status_list import StatusList
from suket_service.core.verdict import Outcome
from suket_service.core.verifier import verify
from tests.browser_modules import mutants
from tests.browser_modules.test_browser_modules import OLDEST_NODE, node
from tests.builders import BASE_URL, NOON, TODAY, a_publication_key, a_scope, a_sealed, text_of
from tests.contract.guide import program
from tests.core.builders import FixedRecords, instant, online_trust, rfc_key, vectors
from tests.core.test_verifier import CASES, SEALS, bundle_of, sealed_of, world_of

#: What the vectors of the seal lie in: every list and village, and any day.
ANYWHERE = a_scope(
    lists=frozenset(range(1, 65_536)), villages=tuple("123456789"), signs_from=date(1900, 1, 1)
)
KEY = rfc_key(scope=ANYWHERE)
PUBLISHER = a_publication_key()
THE_SEALS = vectors("seal_v1.json")["cases"]
#: A day in the life of the good seals of the vectors.
THEN = datetime.fromisoformat("2018-07-01T12:00:00+07:00")
MUTANTS = 400
_DRIVER = """
import {{ verify }} from "./{module}";
import {{ readFileSync }} from "node:fs";
const told = [];
for (const {{ text, keys, lists, now }} of JSON.parse(readFileSync(0))) told.push(await verify(text, keys, lists, now));
console.log(JSON.stringify(told));
"""


@dataclass(frozen=True)
class Held:
    """A text, and what someone without a network holds."""

    text: str
    keys: list[dict[str, Any]]
    lists: dict[int, str]
    now: float
    environment: str = "production"
    hours: int = 7


def a_list(
    publisher: SigningKey = PUBLISHER,
    number: int = 1,
    statuses: StatusList | None = None,
    made: datetime = NOON,
    fresh_until: datetime | None = None,
    typ: str = "statuslist+jwt",
    **changes: Any,
) -> str:
    claims = {
        "sub": f"{BASE_URL}/api/v1/status-lists/{number}",
        "iat": int(made.timestamp()),
        "exp": int((fresh_until or made).timestamp()) + (0 if fresh_until else 259_200),
        "ttl": 300,
        "status_list": (statuses or StatusList.of_letters(128, {}, 128)).to_claim(),
        **changes,
    }
    return publisher.publish(typ, json.dumps(claims).encode())


def held(text: str, now: datetime = NOON, **changes: Any) -> Held:
    """A text beside the key and the list by which it is good, unless said otherwise."""
    keys = KeyRing([KEY.key, PUBLISHER.key]).to_jwks()["keys"]
    return replace(Held(text, keys, {1: a_list()}, now.timestamp()), **changes)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> "Told":
    return Told(tmp_path_factory.mktemp("offline"))


class Told:
    """Both checks of the guide, saved as a reader would save them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, many: Iterable[Held]) -> list[str]:
        """Their outcomes, which have to be the same in both languages, with the same facts."""
        asked = list(many)
        told: dict[int, str] = {}
        for environment, hours in sorted({(each.environment, each.hours) for each in asked}):
            here = [
                at for at, each in enumerate(asked) if (each.environment, each.hours) == (environment, hours)
            ]
            part = [asked[at] for at in here]
            by_python = self._python(part, environment, hours)
            assert by_python == self._javascript(part, environment, hours)
            told |= {at: outcome for at, (outcome, _) in zip(here, by_python, strict=True)}
        return [told[at] for at in range(len(asked))]

    def _python(self, asked: list[Held], environment: str, hours: int) -> list[list[Any]]:
        file = self._file("offline.py", hours)
        spec = importlib.util.spec_from_file_location(file.stem, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SUKET_ENVIRONMENT", environment)
            spec.loader.exec_module(module)
        return [list(module.verify(each.text, each.keys, each.lists, each.now)) for each in asked]

    def _javascript(self, asked: list[Held], environment: str, hours: int) -> Any:
        found = node()
        if found is None:
            pytest.skip(f"Node {OLDEST_NODE} or newer is not installed")
        module = self._file("offline.mjs", hours)
        driver = self._folder / f"drive-{module.name}"
        driver.write_text(_DRIVER.format(module=module.name), "utf-8")
        given = [
            {"text": each.text, "keys": each.keys, "lists": each.lists, "now": each.now} for each in asked
        ]
        done = subprocess.run(
            [found, str(driver)],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={"SUKET_ENVIRONMENT": environment},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def _file(self, name: str, hours: int) -> Path:
        text = program(name)
        assert text.count("7  #") + text.count("HOURS = 7;") == 1
        file = self._folder / name.replace(".", f"_{hours}.")
        file.write_text(
            text.replace("7  #", f"{hours}  #").replace("HOURS = 7;", f"HOURS = {hours};"), "utf-8"
        )
        return file


# Seals


def test_every_seal_of_the_vectors_gets_its_outcome(told: Told) -> None:
    lists = {
        number: a_list(number=number, statuses=StatusList.of_letters(size, {}, size), made=THEN)
        for number, size in ((1, 1 << 17), (65_535, 1 << 24))  # to the highest index of each
    }
    outcomes = told.of(held(case["text"], THEN, lists=lists) for case in THE_SEALS)
    assert dict(zip((case["title"] for case in THE_SEALS), outcomes, strict=True)) == {
        case["title"]: case.get("outcome", "valid") for case in THE_SEALS
    }


def test_what_is_a_step_away_from_a_good_seal_gets_the_verifier_s_outcome(told: Told) -> None:
    seed = random.SystemRandom().randrange(2**32)
    texts = list(islice(mutants.seal_texts(random.Random(seed), KEY), MUTANTS))
    trust = online_trust(KEY.key)
    unproven = {Outcome.UNREADABLE, Outcome.FORGED, Outcome.UNKNOWN_ISSUER}
    for text, outcome in zip(texts, told.of(map(held, texts)), strict=True):
        judged = verify(text, trust, FixedRecords(), NOON).outcome
        assert (outcome in unproven) is (judged in unproven), (seed, text, judged, outcome)
        assert judged not in unproven or outcome == judged, (seed, text, judged, outcome)


# The outcome table


def as_held(case: dict[str, Any]) -> Held:
    world, seal = world_of(case), sealed_of(case)
    bundle, publisher = bundle_of(world, seal), a_publication_key(world["environment"])
    # A list bears one time where a bundle bears two: here the one that the case is about.
    data_s_own = "newer_than_list" in case["expect"]["reasons"]
    made, until = instant(world["as_of" if data_s_own else "issued_at"]), instant(world["stale_after"])
    return Held(
        world["prefix"] + SEALS[case["seal"]]["digits"],
        KeyRing([*bundle.keys, publisher.key]).to_jwks()["keys"],
        {
            number: a_list(publisher, number, each.statuses, made, until)
            for number, each in bundle.lists.items()
        },
        instant(world["now"]).timestamp(),
        world["environment"],
        world["utc_offset_minutes"] // 60,
    )


def may_also_say(case: dict[str, Any]) -> set[str]:
    """What a status list cannot tell, and the guide says that it cannot."""
    expected, here = case["expect"], world_of(case)["list"]
    if "extended" in expected["notes"] and expected["outcome"] == "valid":
        return {"expired"}
    if "fingerprint_differs" in expected["reasons"]:
        return {"valid", "revoked", "indeterminate"}  # as if no facts but these were sealed for this position
    if "key_revoked" in expected["cautions"]:
        return {"indeterminate"}
    if here is not None and here["gap"] is not None:
        return {"unregistered"}
    return set()


OFFLINE = [case for case in CASES if case["source"] == "bundle"]


def test_every_row_of_the_outcome_table_is_told_as_far_as_a_status_list_tells_it(told: Told) -> None:
    different = {
        case["title"]: (case["expect"]["outcome"], outcome)
        for case, outcome in zip(OFFLINE, told.of(map(as_held, OFFLINE)), strict=True)
        if outcome not in {case["expect"]["outcome"], *may_also_say(case)}
    }
    assert different == {}


# What is held


SEALER_TOO = a_publication_key()
GOOD = a_sealed(KEY)


def with_keys(*keys: SigningKey, **changes: Any) -> dict[str, Any]:
    jwks = KeyRing([each.key for each in keys]).to_jwks()["keys"]
    return {"keys": [{**jwk, **changes} if jwk["purpose"] == "publication" else jwk for jwk in jwks]}


def altered(token: str) -> str:
    """The token with one letter of its signature changed."""
    return token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]


#: Each holds one thing that is not as it should be, and nothing else.
NOT_TO_BE_BELIEVED: dict[str, dict[str, Any]] = {
    "no list at all": {"lists": {}},
    "another list's word": {"lists": {1: a_list(number=2)}},
    "a list whose number ends alike": {"lists": {1: a_list(number=11)}},
    "a list signed by a seal key": {"lists": {1: a_list(rfc_key(Purpose.PUBLICATION, ANYWHERE))}},
    "a list signed by a key that nobody published": {"lists": {1: a_list(SEALER_TOO)}},
    "a list whose signature was altered": {"lists": {1: altered(a_list())}},
    "a list without a signature": {"lists": {1: a_list().rpartition(".")[0] + "."}},
    "a list of another type": {"lists": {1: a_list(typ="jwt")}},
    "a list of one bit a letter": {"lists": {1: a_list(status_list=StatusList.pack([0] * 8, 1).to_claim())}},
    "a list that does not unpack": {"lists": {1: a_list(status_list={"bits": 2, "lst": "AAAA"})}},
    "a list that is no token": {"lists": {1: "not a token"}},
    "a list that is not fresh any more": {"now": NOON + timedelta(days=3, seconds=1)},
    "a clock behind the list": {"now": NOON - timedelta(seconds=1)},
    "a publication key that was revoked": with_keys(KEY, PUBLISHER, state="revoked"),
    "a publication key of the demo": with_keys(KEY, PUBLISHER, environment="demo"),
    "a publication key whose time was over": with_keys(KEY, PUBLISHER, signs_until="2026-11-21"),
    "a publication key whose time had not begun": with_keys(KEY, PUBLISHER, signs_from="2026-11-23"),
    "no publication key": with_keys(KEY),
}


def test_without_a_list_that_can_be_believed_nothing_can_be_told(told: Told) -> None:
    text = text_of(GOOD)
    outcomes = told.of(held(text, **changes) for changes in NOT_TO_BE_BELIEVED.values())
    assert dict(zip(NOT_TO_BE_BELIEVED, outcomes, strict=True)) == dict.fromkeys(
        NOT_TO_BE_BELIEVED, "indeterminate"
    )


def test_with_the_list_that_can_be_believed_the_letter_is_valid(told: Told) -> None:
    assert told.of([held(text_of(GOOD))]) == ["valid"]


def test_the_list_s_two_bits_are_each_letter_s_own(told: Told) -> None:
    statuses = [0, 1, 2, 3, 3, 2, 1, 0]
    lists = {1: a_list(statuses=StatusList.pack(statuses))}
    yesterday = date.fromordinal(TODAY.toordinal() - 1)
    texts = [text_of(a_sealed(KEY, status_index=at, issued_on=yesterday)) for at in range(9)]
    words = ("valid", "revoked", "suspended", "unregistered")
    assert told.of(held(text, lists=lists) for text in texts) == [
        *(words[each] for each in statuses),
        "unregistered",  # beyond the list
    ]


def test_a_key_that_publishes_seals_no_letters(told: Told) -> None:
    publishes = rfc_key(Purpose.PUBLICATION, ANYWHERE)  # the key that sealed it, for another purpose
    keys = KeyRing([publishes.key, PUBLISHER.key]).to_jwks()["keys"]
    assert told.of([held(text_of(GOOD), keys=keys)]) == ["forged"]


def test_a_letter_of_the_demo_is_nothing_in_earnest(told: Told) -> None:
    demo = rfc_key(Purpose.SEAL, replace(ANYWHERE, environment="demo"))
    assert told.of([held(text_of(GOOD), keys=KeyRing([demo.key, PUBLISHER.key]).to_jwks()["keys"])]) == [
        "forged"
    ]
