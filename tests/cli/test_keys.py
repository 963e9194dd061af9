"""Keys through the commands, and what becomes of letters: with the registry, with older and newer bundles."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from suket_service import administering
from suket_service.core.keyring import Key, KeyState, Purpose
from suket_service.core.seal import SealedFacts, digits, pack
from suket_service.core.signing import SigningKey
from suket_service.core.trust_bundle import TYP, open_bundle
from suket_service.registry import audit, keys
from suket_service.registry.audit import Entry
from suket_service.registry.schema import SigningKeyRow
from suket_service.registry.session import Registry
from suket_service.settings import Settings
from tests.builders import OFFICE
from tests.cli.builders import Printed, World, copy_of, example_rows, lines_of, read_seal, suket
from tests.registry.builders import raw, tampering

PEOPLE = ("--requested-by", "operator", "--approved-by", "kepala")
Told = tuple[str, ...]


@dataclass(frozen=True)
class Trade:
    """A data directory to change, and a folder for what it publishes."""

    data: Path
    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings.from_env({"SUKET_DATA_DIR": str(self.data)})

    def keys(self, purpose: str = "seal") -> list[dict[str, Any]]:
        listed = lines_of(suket("keys", "list", "--json", data=self.data))
        return [key for key in listed if key["purpose"] == purpose]

    def kid(self, purpose: str = "seal", state: str = "active") -> str:
        return next(str(key["kid"]) for key in self.keys(purpose) if key["state"] == state)

    def states(self, purpose: str = "seal") -> list[str]:
        return [key["state"] for key in self.keys(purpose)]

    def run(self, *arguments: object, **options: str) -> Result:
        result = suket("keys", *arguments, data=self.data, **options)
        assert result.exit_code == 0, result.output
        return result

    def new(self, purpose: str = "seal") -> str:
        self.run("new", "--purpose", purpose)
        return self.kid(purpose, "standby")

    def publish(self, name: str) -> Path:
        out = self.folder / name
        assert suket("publish", "--out", out, data=self.data).exit_code == 0
        return out / "trust-bundle.jws"

    def verify(self, text: str, bundle: Path | None = None, *options: str) -> dict[str, Any]:
        offline = ("--bundle", bundle) if bundle else ()
        [answer] = lines_of(suket("verify", text, "--json", *offline, *options, data=self.data))
        return answer

    def told(self, text: str, bundle: Path | None = None) -> Told:
        answer = self.verify(text, bundle)
        cautions = [each for each in answer["advisories"] if each != "portrait_unchecked"]
        return (answer["outcome"], *answer["reasons"], *cautions)

    def stolen(self, purpose: Purpose = Purpose.SEAL) -> SigningKey:
        """The private half of the first key of a purpose, as a thief has it: nobody asks for its state."""
        settings = self.settings
        assert settings.key_passphrase is not None
        registry = Registry(settings.database_url)
        with registry.reading() as tx:
            key = next(key for key in keys.ring(tx) if key.purpose is purpose)
            pem = tx.execute(SigningKeyRow.__table__.select().where(SigningKeyRow.kid == key.kid)).one()
        registry.close()
        return SigningKey.unlock(pem.locked, settings.key_passphrase, key)

    def sealed(self, facts: SealedFacts, key: SigningKey) -> str:
        return f"{self.settings.base_url}/s#{digits(key.seal(pack(facts, key.key.key_id)))}"

    def station(self, bundle: Path, world: World) -> Path:
        """That bundle with the fingerprints a station holds."""
        opened = open_bundle(bundle.read_bytes()).bundle
        prints = {each.status_index or 0: (each.fingerprint or b"")[:8] for each in world.letters.values()}
        held = replace(opened, lists={**opened.lists, 1: replace(opened.lists[1], fingerprints=prints)})
        path = self.folder / "station.jws"
        path.write_text(self.stolen(Purpose.PUBLICATION).publish(TYP, held.to_payload()))
        return path


@pytest.fixture
def trade(world: World, tmp_path: Path) -> Trade:
    """A copy of the world of letters, as though its letter of the day after tomorrow had been dated today."""
    data = copy_of(world.data, tmp_path)
    with closing(sqlite3.connect(data / "suket.sqlite3")) as connection:
        now = datetime.now(UTC).replace(tzinfo=None)
        connection.execute("UPDATE number_series SET last_at = ?", (now.isoformat(" ", "microseconds"),))
        connection.commit()
    return Trade(data, tmp_path)


def local_today() -> date:
    return OFFICE.local_date(datetime.now(UTC))


# What becomes of letters


def test_what_a_retired_key_sealed_stays_good(world: World, trade: Trade) -> None:
    before = trade.publish("before")
    trade.new()
    trade.run("retire", trade.kid())
    after = trade.publish("after")
    for fate in ("valid", "expired", "revoked"):
        seen = {trade.told(world.texts[fate], bundle)[0] for bundle in (None, before, after)}
        assert seen == {fate}


def test_what_a_retired_key_seals_after_its_last_day_is_forged(world: World, trade: Trade) -> None:
    before = trade.publish("before")
    trade.run("retire", trade.kid())
    tomorrow = replace(
        read_seal(world.texts["valid"]).facts,
        status_index=9_000,
        issued_on=local_today() + timedelta(days=1),
    )
    late = trade.sealed(tomorrow, trade.stolen())
    assert trade.told(late) == ("forged", "key_out_of_scope")
    # A bundle of before knows of no end; it knows that it is too old for this letter.
    assert trade.told(late, before)[:2] == ("indeterminate", "newer_than_list")


def test_a_new_bundle_calls_it_forged_too(world: World, trade: Trade) -> None:
    trade.new()
    trade.run("retire", trade.kid())
    after = trade.publish("after")
    tomorrow = replace(read_seal(world.texts["valid"]).facts, issued_on=local_today() + timedelta(days=1))
    assert trade.told(trade.sealed(tomorrow, trade.stolen()), after) == ("forged", "key_out_of_scope")


def test_on_its_last_day_a_retired_key_s_dates_still_hold(world: World, trade: Trade) -> None:
    trade.run("retire", trade.kid())
    last_day = date.fromisoformat(trade.keys()[0]["signs_until"])
    made_up = replace(read_seal(world.texts["valid"]).facts, status_index=9_000, issued_on=last_day)
    assert trade.told(trade.sealed(made_up, trade.stolen())) == ("unregistered", "not_issued")


class TestAfterATheft:
    """A key was stolen and revoked; its letters of before are still in people's hands."""

    @pytest.fixture
    def revoked(self, trade: Trade) -> Trade:
        trade.publish("before")
        trade.new()
        trade.run("revoke", trade.kid(), "--reason", "laptop dicuri", "--yes")
        trade.publish("after")
        return trade

    @pytest.fixture
    def bundles(self, revoked: Trade, world: World) -> dict[str, Path | None]:
        before, after = (revoked.folder / name / "trust-bundle.jws" for name in ("before", "after"))
        return {
            "online": None,
            "before": before,
            "after": after,
            "station": revoked.station(after, world),
        }

    def told(self, revoked: Trade, bundles: dict[str, Path | None], text: str) -> dict[str, Told]:
        return {name: revoked.told(text, bundle) for name, bundle in bundles.items()}

    def test_a_letter_on_record_is_valid_with_a_caution(
        self, revoked: Trade, bundles: dict[str, Path | None], world: World
    ) -> None:
        assert self.told(revoked, bundles, world.texts["valid"]) == {
            "online": ("valid", "key_revoked"),
            "before": ("valid",),
            "after": ("indeterminate", "key_revoked"),
            "station": ("valid", "key_revoked"),
        }
        assert revoked.verify(world.texts["valid"])["tone"] == "amber"

    def test_a_letter_that_was_revoked_stays_revoked(
        self, revoked: Trade, bundles: dict[str, Path | None], world: World
    ) -> None:
        assert self.told(revoked, bundles, world.texts["revoked"]) == {
            "online": ("revoked", "revoked", "key_revoked"),
            "before": ("revoked", "revoked_or_superseded"),
            "after": ("indeterminate", "key_revoked"),
            "station": ("revoked", "revoked_or_superseded", "key_revoked"),
        }

    def test_the_thief_s_letter_at_a_position_never_issued_is_not_believed(
        self, revoked: Trade, bundles: dict[str, Path | None], world: World
    ) -> None:
        facts = read_seal(world.texts["valid"]).facts
        made_up = replace(
            facts, name="ORANG LAIN", status_index=9_000, issued_on=local_today() - timedelta(days=2)
        )
        assert self.told(revoked, bundles, revoked.sealed(made_up, revoked.stolen())) == {
            "online": ("indeterminate", "key_revoked"),
            "before": ("unregistered", "not_issued"),
            "after": ("indeterminate", "key_revoked"),
            "station": ("indeterminate", "key_revoked"),
        }

    def test_the_thief_s_letter_over_another_s_position_is_not_believed(
        self, revoked: Trade, bundles: dict[str, Path | None], world: World
    ) -> None:
        altered = replace(read_seal(world.texts["valid"]).facts, name="ORANG LAIN")
        told = self.told(revoked, bundles, revoked.sealed(altered, revoked.stolen()))
        assert told == {
            "online": ("indeterminate", "key_revoked"),
            "before": (
                "valid",
            ),  # without fingerprints a stolen key goes unseen offline (design.md section 4)
            "after": ("indeterminate", "key_revoked"),
            "station": ("indeterminate", "key_revoked"),
        }

    def test_the_thief_s_letter_of_a_later_day_is_forged(
        self, revoked: Trade, bundles: dict[str, Path | None], world: World
    ) -> None:
        later = replace(read_seal(world.texts["valid"]).facts, issued_on=local_today() + timedelta(days=1))
        told = self.told(revoked, bundles, revoked.sealed(later, revoked.stolen()))
        assert {name: told[name] for name in ("online", "after", "station")} == dict.fromkeys(
            ("online", "after", "station"), ("forged", "key_out_of_scope")
        )


def test_a_letter_by_a_new_key_is_known_to_whoever_met_it_on_standby(office: Printed, tmp_path: Path) -> None:
    trade = Trade(office.data, tmp_path)
    never_met, first = trade.publish("never-met"), trade.kid()
    made = trade.new()
    met = trade.publish("met")
    trade.run("activate", made)
    result = suket("issue", example_rows(tmp_path, "9002"), *PEOPLE, "--json", data=office.data)
    [line] = lines_of(result)
    assert line["status"] == "issued"
    [shown] = lines_of(suket("show", line["number"], "--json", data=office.data))
    text = seal_text(office.data, shown["number"])
    assert read_seal(text).key_id == key_of(office.data, made).key_id != key_of(office.data, first).key_id
    assert trade.told(text) == ("valid",)
    assert trade.told(text, met) == ("indeterminate", "newer_than_list")
    assert trade.told(text, never_met) == ("unknown_issuer", "key_unknown")
    assert trade.told(text, trade.publish("fresh")) == ("valid",)


def seal_text(data: Path, number: str) -> str:
    with raw(data / "suket.sqlite3") as connection:
        [(text,)] = connection.execute("SELECT seal_text FROM letter WHERE number = ?", (number,)).fetchall()
    return str(text)


def key_of(data: Path, kid: str) -> Key:
    registry = Registry(f"sqlite:///{data / 'suket.sqlite3'}")
    found = next(key for key in administering.list_keys(registry) if key.kid == kid)
    registry.close()
    return found


# The commands


def test_a_key_s_way_from_standby_to_retirement(trade: Trade) -> None:
    first = trade.kid()
    assert trade.states() == ["active"]
    made = trade.new()
    assert trade.states() == ["active", "standby"]
    trade.run("activate", made[:6])
    assert trade.states() == ["retired", "active"]
    assert (trade.kid(state="retired"), trade.kid()) == (first, made)


@pytest.mark.parametrize("purpose", ["seal", "publication"])
def test_a_new_key_is_told_with_what_to_do_next(trade: Trade, purpose: str) -> None:
    told = trade.run("new", "--purpose", purpose, SUKET_LANG="en").stdout
    kid = trade.kid(purpose, "standby")
    assert told.startswith(f"{kid}  {purpose}")
    assert f"suket keys activate {kid}" in told
    assert "72 hours" in told


def test_a_demo_s_new_keys_are_demo_keys(trade: Trade) -> None:
    trade.new()
    trade.new("publication")
    assert {key["environment"] for purpose in ("seal", "publication") for key in trade.keys(purpose)} == {
        "demo"
    }


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("new", "--purpose", "both"), 2),
        (("new", "--purpose", "publication", "--office", "2172"), 2),
        (("new", "--office", "9999"), 1),
        (("activate",), 2),
        (("activate", "nosuch"), 1),
        (("retire", "short"), 1),
        (("revoke", "nosuch", "--yes"), 2),
        (("revoke", "nosuch", "--reason", "x", "--yes"), 1),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    world: World, arguments: tuple[str, ...], exit_code: int
) -> None:
    before = suket("keys", "list", data=world.data).stdout
    result = suket("keys", *arguments, data=world.data)
    assert result.exit_code == exit_code
    assert result.stderr
    assert suket("keys", "list", data=world.data).stdout == before


@pytest.mark.few(1)
@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_a_revocation_is_asked_for_once_more(trade: Trade, answer: str) -> None:
    arguments = ("keys", "revoke", trade.kid(), "--reason", "dicuri")
    assert suket(*arguments, data=trade.data, given=answer).exit_code == 1
    assert trade.states() == ["active"]
    assert suket(*arguments, data=trade.data, given="y\n").exit_code == 0
    assert trade.states() == ["revoked"]


@pytest.mark.few(2)
@pytest.mark.parametrize("purpose", ["seal", "publication"])
@pytest.mark.parametrize("step", [("retire",), ("revoke", "--reason", "dicuri", "--yes")])
def test_without_a_standby_it_is_said_that_nobody_can_sign(
    trade: Trade, purpose: str, step: tuple[str, ...]
) -> None:
    told = trade.run(*step, trade.kid(purpose), SUKET_LANG="en").stderr
    assert "until there is a new key" in told
    assert "suket keys new" in told


@pytest.mark.parametrize("purpose", ["seal", "publication"])
def test_it_is_said_when_a_key_takes_over_too_early(trade: Trade, purpose: str) -> None:
    assert "fresh bundles" in trade.run("activate", trade.new(purpose), SUKET_LANG="en").stderr


@pytest.mark.parametrize("purpose", ["seal", "publication"])
def test_nothing_is_said_when_everybody_had_the_time(trade: Trade, purpose: str) -> None:
    made = trade.new(purpose)
    long_ago = (datetime.now(UTC) - timedelta(hours=72, seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with raw(trade.data / "suket.sqlite3") as connection:
        connection.execute("UPDATE signing_key SET created_at = ? WHERE kid = ?", (long_ago, made))
    assert trade.run("activate", made).stderr == ""


def test_a_change_of_keys_is_published_at_once(trade: Trade) -> None:
    def published() -> list[str]:
        with raw(trade.data / "suket.sqlite3") as connection:
            [(body,)] = connection.execute(
                "SELECT body FROM publication WHERE name = 'trust-bundle'"
            ).fetchall()
        return [key.state for key in open_bundle(body).bundle.keys if key.purpose is Purpose.SEAL]

    trade.new()
    assert published() == ["active", "standby"]
    trade.run("revoke", trade.kid(), "--reason", "dicuri", "--yes")
    assert published() == ["revoked", "active"]
    trade.run("retire", trade.kid())
    assert published() == ["revoked", "retired"]


# Without the passphrase


def issue_one(data: Path, folder: Path) -> Result:
    return suket("issue", example_rows(folder, "9002"), *PEOPLE, "--json", data=data, SUKET_ROLE="public")


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "command",
    [
        issue_one,
        lambda data, folder: suket("publish", "--out", folder / "out", data=data, SUKET_ROLE="public"),
        lambda data, folder: suket("keys", "new", data=data, SUKET_ROLE="public"),
        lambda data, folder: suket("keys", "new", "--purpose", "publication", data=data, SUKET_ROLE="public"),
    ],
    ids=["issue", "publish", "keys new", "keys new publication"],
)
def test_a_process_without_the_passphrase_signs_nothing(
    office: Printed, tmp_path: Path, command: Callable[[Path, Path], Result]
) -> None:
    before = counts(office.data)
    result = command(office.data, tmp_path)
    assert result.exit_code == 1
    assert "SUKET_KEY_PASSPHRASE" in result.output
    assert counts(office.data) == before


def counts(data: Path) -> list[int]:
    with raw(data / "suket.sqlite3") as connection:
        sealed = connection.execute("SELECT count(*) FROM letter WHERE sealed IS NOT NULL").fetchone()
        made = connection.execute("SELECT count(*) FROM signing_key").fetchone()
        published = connection.execute("SELECT coalesce(max(version), 0) FROM publication").fetchone()
    return [sealed[0], made[0], published[0]]


def test_a_stolen_key_can_be_revoked_where_nothing_can_be_signed(trade: Trade) -> None:
    trade.new()
    result = trade.run("revoke", trade.kid(), "--reason", "dicuri", "--yes", SUKET_ROLE="public")
    assert trade.states() == ["revoked", "active"]
    assert "SUKET_KEY_PASSPHRASE" in result.stderr  # telling it is left to a process that may sign


def test_a_public_process_holds_no_passphrase() -> None:
    given = {"SUKET_KEY_PASSPHRASE": "x" * 20, "SUKET_BASE_URL": "https://a.go.id"}
    assert Settings.from_env(given).key_passphrase == "x" * 20
    assert Settings.from_env({**given, "SUKET_ROLE": "public"}).key_passphrase is None


@pytest.mark.parametrize("purpose", [Purpose.SEAL, Purpose.PUBLICATION])
def test_a_key_of_another_environment_is_not_used_and_check_says_so(
    office: Printed, tmp_path: Path, purpose: Purpose
) -> None:
    with raw(office.data / "suket.sqlite3") as connection:
        connection.execute("UPDATE signing_key SET environment = 'production' WHERE purpose = ?", (purpose,))
    command = (
        suket("issue", example_rows(tmp_path, "9002"), *PEOPLE, data=office.data)
        if purpose is Purpose.SEAL
        else suket("publish", "--out", tmp_path / "out", data=office.data)
    )
    assert command.exit_code == 1
    assert suket("check", data=office.data).exit_code == 1


# The publication key changes


def test_a_holder_of_the_old_key_is_told_the_next_and_how_to_trust_it(world: World, trade: Trade) -> None:
    old = trade.kid("publication")
    coming = trade.new("publication")
    bundle = trade.publish("both")
    arguments = ("verify", world.texts["valid"], "--bundle", bundle, "--pin", old)
    result = suket(*arguments, "--json", data=trade.folder / "none")
    [answer] = lines_of(result)
    assert answer["bundle"] == {
        "version": answer["bundle"]["version"],
        "signed_by": old,
        "pinned": True,
        "introduced": [coming],
    }
    assert answer["outcome"] == "valid"
    assert f"--pin {coming}" in result.stderr
    assert f"'{old} {coming}'" in result.stderr
    after = suket(*arguments, "--pin", coming, data=trade.folder / "none")
    assert (after.exit_code, after.stderr) == (0, "")


def test_what_was_learned_holds_after_the_change(world: World, trade: Trade) -> None:
    old, coming = trade.kid("publication"), trade.new("publication")
    trade.run("activate", coming)
    bundle = trade.publish("after")
    text = world.texts["valid"]

    def verified(*pins: str, **env: str) -> int:
        given = [part for pin in pins for part in ("--pin", pin)]
        return suket("verify", text, "--bundle", bundle, *given, data=trade.folder / "none", **env).exit_code

    assert verified(old) == 2
    assert verified(old, coming) == 0
    assert verified(SUKET_PUBLICATION_PINS=f"{old} {coming}") == 0


def test_nobody_is_introduced_to_a_holder_who_trusts_no_key(world: World, trade: Trade) -> None:
    trade.new("publication")
    result = suket(
        "verify",
        world.texts["valid"],
        "--bundle",
        trade.publish("both"),
        "--json",
        data=trade.folder / "none",
    )
    [answer] = lines_of(result)
    assert (answer["bundle"]["pinned"], answer["bundle"]["introduced"]) == (False, [])


# The audit against what was published


def audit_verify(trade: Trade, name: str, file: str = "checkpoint.jws", **env: str) -> Result:
    return suket("audit", "verify", "--checkpoint", trade.folder / name / file, data=trade.data, **env)


@pytest.mark.parametrize("file", ["checkpoint.jws", "trust-bundle.jws"])
def test_a_retired_publication_key_s_checkpoints_count_and_a_revoked_one_s_do_not(
    trade: Trade, file: str
) -> None:
    trade.publish("old")
    trade.run("activate", trade.new("publication"))
    assert audit_verify(trade, "old", file).exit_code == 0
    trade.run("revoke", trade.kid("publication", "retired"), "--reason", "dicuri", "--yes")
    refused = audit_verify(trade, "old", file, SUKET_LANG="en")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "revoked" in refused.stderr
    trade.publish("new")
    assert audit_verify(trade, "new", file).exit_code == 0


def test_a_bundle_that_both_keys_signed_serves_as_a_checkpoint(trade: Trade) -> None:
    trade.new("publication")
    trade.publish("both")
    assert audit_verify(trade, "both", "trust-bundle.jws").exit_code == 0


def test_something_that_was_published_but_is_no_checkpoint_is_wrong_input(trade: Trade) -> None:
    trade.publish("out")
    for file in ("status-list-1.jwt", "jwks.json"):
        assert audit_verify(trade, "out", file).exit_code == 2


@pytest.mark.parametrize("witness", [True, False], ids=["the witness", "another"])
def test_a_checkpoint_from_a_part_lost_in_a_restore_is_said_to_be_so(trade: Trade, witness: bool) -> None:
    registry = Registry(trade.settings.database_url)
    with registry.reading() as tx:
        kept = audit.stretch(tx, 0, 1_000)
    trade.publish("lost")
    with registry.reading() as tx:
        head = audit.head(tx)
    with tampering(trade.data / "suket.sqlite3") as connection:
        connection.execute("DELETE FROM audit WHERE seq > ?", (len(kept),))
    named = {"witness_entries": head.entries, "witness_head": head.hash.hex() if witness else ""}
    with registry.writing() as tx:
        details = {**named, "entries": len(kept)}
        audit.append_all(
            tx, [Entry(datetime.now(UTC), "console", "registry.restore", "cadangan", details=details)]
        )
    registry.close()
    result = audit_verify(trade, "lost", SUKET_LANG="en")
    assert result.exit_code == (0 if witness else 1)
    assert f"ntry {len(kept) + 1}" in result.stdout
    assert "restore" in result.stdout
    assert ("DOES NOT FIT" in result.stdout) is not witness


def test_keys_on_standby_are_in_the_published_key_set(trade: Trade) -> None:
    made = trade.new()
    trade.publish("out")
    assert made in (trade.folder / "out" / "jwks.json").read_text()
    assert KeyState.STANDBY.value in (trade.folder / "out" / "jwks.json").read_text()
