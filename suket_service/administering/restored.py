"""What came of a restore: what was changed, what could not be brought back, what is left to do. Does nothing."""

from dataclasses import dataclass, field
from datetime import datetime

from suket_service.administering.backup import Contents
from suket_service.administering.witness import Witness
from suket_service.errors import Problem, Text
from suket_service.registry.restoring import AdoptedKey, Fates, ListsChange, LostRange, SeriesChange


@dataclass(frozen=True, slots=True)
class Series:
    """One number series. Numbers as letters bear them, first and last; None where there are none."""

    change: SeriesChange
    lost: tuple[str, str] | None  # given out after the backup
    reserved: tuple[str, str] | None  # passed over on purpose


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the backup did not know and publications did."""

    fates: Fates = field(default_factory=Fates)
    keys: tuple[AdoptedKey, ...] = ()
    offices: tuple[str, ...] = ()  # added after the backup
    windows_changed: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """A registry that was brought back."""

    at: datetime
    sha256: str  # of the backup file, hex
    contents: Contents  # of the backup
    witness: Witness | None
    learnt: Learnt
    lists: ListsChange
    lost: tuple[LostRange, ...]
    series: tuple[Series, ...]
    waiting: int  # drafts
    held_clients: int  # agencies' keys that count no more until they are confirmed
    keyless: tuple[str, ...]  # offices without a key to seal with; "-" is publishing

    @property
    def lost_positions(self) -> int:
        """How many letters are on paper, known by their positions alone."""
        return sum(each.last - each.first + 1 for each in self.lost)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What whoever answers for the office must know before anything else."""
        since = _moment(self.contents.as_of)
        found = []
        if self.witness is None:
            found.append(_warning("no_witness", _NO_WITNESS, since=since))
        elif not self.witness.is_news:
            found.append(_warning("witness_older", _WITNESS_OLDER, since=since))
        if self.witness is not None and self.witness.is_forked:
            found.append(_warning("other_history", _OTHER_HISTORY))
        if self.learnt.offices:
            found.append(_warning("offices_incomplete", _OFFICES, codes=", ".join(self.learnt.offices)))
        for change in (each.change for each in self.series):
            if change.now == 0:
                facts = f"{change.office}/{change.kind}/{change.year}: {change.given}"
                found.append(_warning("series_unkept", _UNKEPT, facts=facts))
        return tuple(found)

    @property
    def steps(self) -> tuple[Text, ...]:
        """What is left for people to do, in order."""
        facts = {
            "since": _moment(self.contents.as_of),
            "keyless": ", ".join(self.keyless),
            "waiting": self.waiting,
            "held_clients": self.held_clients,
            "lists": ", ".join(map(str, self.lists.unpublished)),
        }
        wanted = (
            (bool(self.keyless), _MAKE_KEYS),
            (bool(self.lists.unpublished), _NEW_BUNDLES),
            (bool(self.lost) or any(each.lost for each in self.series), _LOST_LETTERS),
            (bool(self.learnt.fates.still_suspended), _RESUME),
            (self.waiting > 0, _DRAFTS),
            (self.held_clients > 0, _CLIENTS),
            (True, _REPEAT),
            (True, _BACK_UP),
        )
        return tuple(_filled(text, **facts) for is_wanted, text in wanted if is_wanted)


def _warning(code: str, text: Text, **facts: object) -> Problem:
    return Problem("", code, _filled(text, **facts))


def _filled(text: Text, **facts: object) -> Text:
    return Text(text.id.format(**facts), text.en.format(**facts))


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


_NO_WITNESS = Text(
    "TANPA TERBITAN. Apa yang terjadi sesudah {since} tidak diketahui: surat yang sejak itu dicabut akan terbaca SAH lagi. "
    "Cari terbitan terakhir (map `suket publish`, atau bundel pada ponsel petugas) dan, sebelum menerbitkan surat, "
    "ulangi pemulihan dengan --published. Bila surat bernomor lebih tinggi ditemukan di kertas, ulangi dengan --last-number.",
    "WITHOUT PUBLICATIONS. What happened after {since} is not known: a letter revoked since then reads VALID again. "
    "Find what was published last (the folder of `suket publish`, or the bundle on an officer's phone) and, before any letter "
    "is issued, restore again with --published. Where a letter with a higher number is found on paper, with --last-number.",
)
_WITNESS_OLDER = Text(
    "Terbitan itu tidak lebih baru daripada cadangan; tidak ada yang dapat dipelajari darinya. "
    "Apa yang terjadi sesudah {since} tidak diketahui: surat yang sejak itu dicabut akan terbaca SAH lagi. "
    "Cari terbitan yang lebih baru.",
    "What was published is no newer than the backup; nothing could be learnt from it. "
    "What happened after {since} is not known: a letter revoked since then reads VALID again. Find a newer publication.",
)
_OTHER_HISTORY = Text(
    "Riwayat cadangan ini bukan riwayat yang diterbitkan: cadangan dari sebelum pemulihan lain, atau catatan auditnya "
    "ditulis ulang. Jangan menerbitkan surat sebelum auditor memeriksanya.",
    "This backup's history is not the one that was published: it is from before another restore, or its audit was "
    "rewritten. Issue nothing before an auditor has looked into it.",
)
_OFFICES = Text(
    "Kantor {codes} dibuat sesudah cadangan: kop surat, petugas dan pola nomornya hilang dan harus disiapkan lagi.",
    "Office {codes} was added after the backup: its letterhead, staff and number pattern are lost; set them up again.",
)
_UNKEPT = Text(
    "Deret nomor {facts} milik jenis surat atau kantor yang dibuat sesudah cadangan dan tidak dapat disimpan. "
    "Bila jenis itu dibuat lagi, pakailah nama seri yang lain.",
    "The number series {facts} is of a kind or an office made after the backup and cannot be kept. "
    "When that kind is made again, give its series another name.",
)
_MAKE_KEYS = Text(
    "Buat kunci baru (`suket keys new`, lalu `activate`): tidak ada kunci yang dapat dipakai untuk {keyless} (- berarti publikasi).",
    "Make new keys (`suket keys new`, then `activate`): there is none to use for {keyless} (- is publishing).",
)
_NEW_BUNDLES = Text(
    "Surat berikutnya ada di daftar {lists}, yang belum pernah diterbitkan: perbarui bundel semua petugas sebelum "
    "surat baru diperiksa, karena bundel lama menyebutnya palsu.",
    "The next letters are on list {lists}, which was never published: renew every officer's bundle before new letters "
    "are checked, for older bundles call them forged.",
)
_LOST_LETTERS = Text(
    "Surat dengan nomor dan posisi yang hilang ada di tangan warga. Kumpulkan arsip kertas dan PDF-nya; "
    "bila pemegangnya datang, terbitkan surat baru.",
    "Letters with the lost numbers and positions are in citizens' hands. Gather their files on paper and as PDF; "
    "issue a new letter to a holder who comes.",
)
_RESUME = Text(
    "Periksa surat yang tetap ditangguhkan; yang boleh berlaku lagi diaktifkan dengan `suket resume`.",
    "Look into the letters that stay suspended; `suket resume` those that may count again.",
)
_DRAFTS = Text(
    "Periksa {waiting} konsep sebelum diterbitkan: pemohonnya mungkin sudah menerima suratnya.",
    "Look into {waiting} drafts before they are issued: the applicant may hold the letter already.",
)
_CLIENTS = Text(
    "{held_clients} kunci program instansi ditahan, karena yang dicabut, dibatasi atau diperbarui sesudah {since} tidak "
    "diketahui. Cocokkan dengan catatan kantor; cabut yang sudah dicabut, lalu berlakukan yang lain: Pengaturan → "
    "Program instansi lain, atau `suket clients confirm`. Sampai itu programnya ditolak.",
    "{held_clients} agencies' keys wait, for what was revoked, limited or renewed after {since} is not known. Compare "
    "with the office's papers; revoke what had been revoked, then let the others count: Administration → Other "
    "agencies' programs, or `suket clients confirm`. Until then their programs are refused.",
)
_REPEAT = Text(
    "Ulangi apa yang diubah sesudah {since}: impor penduduk, petugas dan kata sandi (yang dinonaktifkan aktif lagi), "
    "kunci program instansi yang baru, jenis surat, kop surat, pemilihan dan TPS. "
    "Ponsel TPS yang dicabut sejak itu berlaku lagi: cabut lagi. Lembar TPS yang belum dipakai tidak berlaku lagi: buat yang baru.",
    "Do again what was changed after {since}: imports of residents, staff and passwords (whoever was deactivated is "
    "active again), agencies' new keys, kinds, letterheads, elections and stations. Stations' phones revoked since "
    "count again: revoke them again. Station sheets not used yet count no more: make new ones.",
)
_BACK_UP = Text(
    "Buat cadangan baru sekarang (`suket backup`). Cadangan yang lebih lama jangan dipulihkan lagi tanpa terbitan "
    "sesudah saat ini.",
    "Make a new backup now (`suket backup`). Restore no older one again without what is published from now on.",
)
