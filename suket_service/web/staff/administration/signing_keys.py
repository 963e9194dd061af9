"""The keys in plain words: which one signs, which waits, which is done with, and what each step means."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from suket_service import administering
from suket_service.administering import KeyChange
from suket_service.core.keyring import Key, KeyState, Purpose
from suket_service.core.trust_bundle import DEFAULT_FRESHNESS
from suket_service.errors import FieldError, NotFound, Problem, Text
from suket_service.registry import keys as key_store
from suket_service.registry import offices
from suket_service.web.context import context
from suket_service.web.forms import Form, done
from suket_service.web.language import moment
from suket_service.web.signed_in import may
from suket_service.web.signing import publish_if_due
from suket_service.web.staff.administration.area import asking, blueprint

#: What revoking takes: to be typed, so that nobody does it by a slip.
REVOKE_WORD = "CABUT"


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that can be done to a key, from which states, and what comes of it."""

    title: Text
    consequence: dict[Purpose, Text]
    states: tuple[KeyState, ...]
    is_grave: bool = False


_STEPS = {
    "activate": _Step(
        Text("Pakai kunci ini", "Put this key to use"),
        {
            Purpose.SEAL: Text(
                "Surat berikutnya disegel dengan kunci ini; kunci sekarang pensiun, dan suratnya tetap berlaku. Alat pindai "
                "yang belum memuat kunci ini membaca surat barunya sebagai “penerbit tidak dikenal”.",
                "The next letters are sealed with this key; the present one retires, and its letters stay good. Scanners "
                "that do not hold this key yet read its letters as “unknown issuer”.",
            ),
            Purpose.PUBLICATION: Text(
                "Yang dipegang pihak luar ditandatangani dengan kunci ini; kunci sekarang pensiun. Alat pindai yang belum "
                "diperkenalkan kepadanya tidak menerima pembaruan.",
                "What outsiders hold is signed with this key; the present one retires. Scanners that were not introduced to "
                "it take no updates.",
            ),
        },
        (KeyState.STANDBY,),
    ),
    "retire": _Step(
        Text("Pensiunkan kunci ini", "Retire this key"),
        {
            Purpose.SEAL: Text(
                "Kunci ini tidak menyegel lagi, tetapi semua surat yang sudah disegelnya tetap berlaku. Kunci siaga, bila "
                "ada, langsung menggantikannya; bila tidak ada, surat tidak dapat diterbitkan sampai ada kunci baru.",
                "This key seals no more, but every letter that it sealed stays good. A standby key takes over at once; "
                "without one, no letter can be issued until there is a new key.",
            ),
            Purpose.PUBLICATION: Text(
                "Kunci ini tidak menandatangani lagi. Kunci siaga, bila ada, langsung menggantikannya; bila tidak ada, "
                "tidak ada yang dapat dipublikasikan, dan alat pindai menjadi usang.",
                "This key signs no more. A standby key takes over at once; without one, nothing can be published and "
                "scanners go stale.",
            ),
        },
        (KeyState.STANDBY, KeyState.ACTIVE),
    ),
    "revoke": _Step(
        Text("Cabut kunci ini", "Revoke this key"),
        {
            Purpose.SEAL: Text(
                "Hanya bila kunci dicuri atau mungkin dicuri; tidak dapat dibatalkan. Suratnya dipercaya hanya bila tercatat "
                "di registri: tanpa jaringan, surat lamanya pun terbaca “tidak dapat dipastikan”. Kunci siaga, bila ada, "
                "langsung menggantikannya.",
                "Only if the key was stolen, or may have been; it cannot be undone. Its letters are believed only where they "
                "are on record: offline even its old letters read “cannot tell”. A standby key takes over at once.",
            ),
            Purpose.PUBLICATION: Text(
                "Hanya bila kunci dicuri atau mungkin dicuri; tidak dapat dibatalkan. Alat pindai menolak apa pun yang "
                "ditandatanganinya; pemegangnya harus menerima sidik kunci baru di atas kertas.",
                "Only if the key was stolen, or may have been; it cannot be undone. Scanners refuse whatever it signed; "
                "their holders must be given the new key's thumbprint on paper.",
            ),
        },
        (KeyState.STANDBY, KeyState.ACTIVE, KeyState.RETIRED),
        is_grave=True,
    ),
}
_PURPOSES = {
    Purpose.SEAL: Text("Kunci surat", "Letter key"),
    Purpose.PUBLICATION: Text("Kunci publikasi", "Publication key"),
}
_MEANS = {
    KeyState.STANDBY: Text(
        "menunggu: sudah diketahui pihak luar, belum menandatangani",
        "waiting: outsiders know it, it signs nothing yet",
    ),
    KeyState.ACTIVE: Text("dipakai: menandatangani sekarang", "in use: it signs now"),
    KeyState.RETIRED: Text(
        "pensiun: tidak menandatangani lagi, tanda tangannya tetap berlaku",
        "retired: it signs no more, what it signed stays good",
    ),
    KeyState.REVOKED: Text(
        "dicabut: dianggap dicuri, dipercaya hanya bila tercatat",
        "revoked: held to be stolen, believed only where on record",
    ),
}


@blueprint.get("/administration/keys")
def keys() -> str:
    """Every key that concerns the office, by what it signs."""
    return _page(Form())


def _page(form: Form) -> str:
    ask = asking()
    held = administering.list_keys_of(ask.registry, ask.office)
    with ask.registry.reading() as tx:
        made = {key.kid: key_store.made_at(tx, key) for key in held}
        shares = len(offices.offices(tx)) > 1
    return render_template(
        "staff/administration/keys.html",
        form=form,
        held={purpose: [key for key in held if key.purpose is purpose] for purpose in Purpose},
        made=made,
        ready={kid: at + DEFAULT_FRESHNESS for kid, at in made.items()},
        names=_PURPOSES,
        means=_MEANS,
        steps=_STEPS,
        can_make={
            purpose: not any(key.state is KeyState.STANDBY for key in held if key.purpose is purpose)
            for purpose in Purpose
        },
        kept_here={Purpose.SEAL: True, Purpose.PUBLICATION: not shares},
        has_passphrase=context().settings.key_passphrase is not None,
        hours=int(DEFAULT_FRESHNESS.total_seconds()) // 3600,
        may_change=may("administration.change_key"),
    )


@blueprint.post("/administration/keys/new")
def new_key() -> ResponseReturnValue:
    """Make a standby key."""
    ask, form = asking(), Form.given()
    with form.catching():
        if form["purpose"] not in list(Purpose):
            raise FieldError(Problem("purpose", "unknown", Text("Pilih kuncinya.", "Choose which key.")))
        purpose = Purpose(form["purpose"])
        office = ask.office if purpose is Purpose.SEAL else None
        passphrase = context().settings.key_passphrase
        change = administering.new_key(ask.registry, purpose, office, passphrase, ask.at, ask.by)
        publish_if_due()
        at = moment(ask.at + DEFAULT_FRESHNESS)
        told = Text(
            f"Kunci siaga {change.key.kid[:8]} dibuat. Pakailah sesudah {at}, agar semua alat pindai mengenalnya.",
            f"Standby key {change.key.kid[:8]} is made. Put it to use after {at}, so that every scanner knows it.",
        )
        return done(told, url_for("administration.keys"))
    return _page(form), 422


@blueprint.get("/administration/keys/<kid>/<step>")
def key_step(kid: str, step: str) -> str:
    """What a step would mean, before it is taken."""
    return _step_page(Form(), kid, step)


@blueprint.post("/administration/keys/<kid>/<step>")
def change_key(kid: str, step: str) -> ResponseReturnValue:
    """Take that step."""
    ask, form = asking(), Form.given()
    _find(kid, step)
    with form.catching():
        change = _taken(form, kid, step)
        publish_if_due()
        return done(_outcome(change, ask.at), url_for("administration.keys"))
    return _step_page(form, kid, step), 422


def _taken(form: Form, kid: str, step: str) -> KeyChange:
    ask = asking()
    if step == "activate":
        return administering.activate_key(ask.registry, kid, ask.at, ask.by)
    if step == "retire":
        return administering.retire_key(ask.registry, kid, ask.at, ask.by)
    if form["word"].upper() != REVOKE_WORD:
        raise FieldError(Problem("word", "word_differs", _WORD_DIFFERS))
    return administering.revoke_key(ask.registry, kid, form["reason"], ask.at, ask.by)


def _step_page(form: Form, kid: str, step: str) -> str:
    ask, (key, taken) = asking(), _find(kid, step)
    with ask.registry.reading() as tx:
        ready = key_store.made_at(tx, key) + DEFAULT_FRESHNESS
    held = administering.list_keys_of(ask.registry, ask.office)
    standby = any(each.purpose is key.purpose and each.state is KeyState.STANDBY for each in held)
    return render_template(
        "staff/administration/key.html",
        form=form,
        key=key,
        step=step,
        taken=taken,
        name=_PURPOSES[key.purpose],
        means=_MEANS[key.state],
        is_early=step == "activate" and ask.at < ready,
        ready=ready,
        leaves_none=step != "activate" and key.state is KeyState.ACTIVE and not standby,
        word=REVOKE_WORD,
    )


def _find(kid: str, step: str) -> tuple[Key, _Step]:
    ask = asking()
    taken = _STEPS.get(step)
    if taken is None:
        abort(404)
    held = administering.list_keys_of(ask.registry, ask.office)
    key = next((each for each in held if each.kid == kid), None)
    if key is None:
        raise NotFound(
            "no_such_key", Text("Kunci ini tidak ada di kantor ini.", "This office has no such key.")
        )
    return key, taken


def _outcome(change: KeyChange, at: datetime) -> Text:
    short = change.key.kid[:8]
    if change.signer is None:
        return Text(
            f"Selesai. Sekarang TIDAK ADA kunci yang dipakai untuk ini; buat kunci baru, lalu pakai ({short}).",
            f"Done. NO key is in use for this now; make a new one and put it to use ({short}).",
        )
    signer = change.signer.kid[:8]
    if change.known_from is not None and at < change.known_from:
        until = moment(change.known_from)
        return Text(
            f"Selesai. Kunci {signer} dipakai sekarang; sampai {until} mungkin ada alat pindai yang belum mengenalnya.",
            f"Done. Key {signer} is in use now; until {until} some scanners may not know it.",
        )
    return Text(f"Selesai. Kunci {signer} dipakai sekarang.", f"Done. Key {signer} is in use now.")


_WORD_DIFFERS = Text(f"Ketik {REVOKE_WORD} untuk memastikan.", f"Type {REVOKE_WORD} to make sure.")
