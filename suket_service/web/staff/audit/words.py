"""What each entry of the audit says, in plain words. Reads no entry.

Every action that the office's own software notes has its words here; a test looks for those that do not.
"""

import re

from suket_service.administering import CONSOLE
from suket_service.errors import Text

#: Who acts without an account of this office: the terminal, the service itself, phones, a failed sign-in.
MACHINES: dict[str, Text] = {
    CONSOLE: Text("perintah di mesin layanan", "a command at the machine"),
    "publisher": Text("layanan ini sendiri", "the service itself"),
    "device": Text("ponsel TPS", "a polling station's phone"),
    "-": Text("tidak diketahui", "unknown"),
}
ACTIONS: dict[str, Text] = {
    # Letters
    "letter.draft": Text("mengajukan konsep surat", "drafted a letter"),
    "letter.refuse": Text(
        "ditolak: daftar penduduk tidak memastikan orangnya",
        "was refused: the register did not confirm the person",
    ),
    "letter.amend": Text("memperbaiki konsep surat", "corrected a draft"),
    "letter.submit": Text("mengajukan lagi konsep surat", "submitted a draft again"),
    "letter.send_back": Text("mengembalikan konsep surat", "sent a draft back"),
    "letter.withdraw": Text("menarik konsep surat", "withdrew a draft"),
    "letter.approve": Text("menyetujui surat", "approved a letter"),
    "letter.issue": Text("menerbitkan surat", "issued a letter"),
    "letter.print": Text("mencetak surat", "printed a letter"),
    "letter.hand_over": Text("menyerahkan surat", "handed a letter over"),
    "letter.extend": Text("memperpanjang surat", "extended a letter"),
    "letter.suspend": Text("menangguhkan surat", "suspended a letter"),
    "letter.resume": Text("memberlakukan lagi surat", "let a letter count again"),
    "letter.revoke": Text("mencabut surat", "revoked a letter"),
    "letter.supersede": Text("mengakhiri surat yang digantikan", "ended a letter that was replaced"),
    "letter.lapse": Text("menutup surat yang lewat masa", "closed a letter that had expired"),
    "letter.reopen": Text("membuka lagi surat yang lewat masa", "reopened a letter that had expired"),
    "letter.read": Text("membaca surat lewat program", "read a letter by program"),
    "letter.list": Text("mengambil daftar surat lewat program", "listed letters by program"),
    "letter.symbol": Text("mengambil simbol surat lewat program", "took a letter's symbol by program"),
    "letter.pdf": Text("memeriksa PDF surat lewat program", "checked a letter's PDF by program"),
    "proposal.ask": Text("mengusulkan perubahan surat", "proposed a change of letters"),
    "proposal.decline": Text("menolak usulan", "declined a proposal"),
    "proposal.withdraw": Text("menarik usulan", "withdrew a proposal"),
    # Files and printing
    "batch.draft": Text("membuat konsep dari berkas", "drafted letters from a file"),
    "upload.keep": Text("mengunggah berkas", "uploaded a file"),
    "upload.add_photos": Text("menambah pasfoto pada berkas", "added portraits to a file"),
    "upload.discard": Text("membuang berkas", "discarded a file"),
    "upload.give_back": Text("mengambil kembali berkas", "took a file back"),
    "residents.import": Text("mengimpor daftar penduduk", "imported the residents register"),
    "residents.import_list": Text("menerima berkas daftar penduduk", "took a register's file in"),
    "regions.import": Text("mengimpor daftar wilayah", "imported regions"),
    "print_run.start": Text("memulai cetak massal", "started a print run"),
    "print_run.hand_out": Text("mengambil bagian cetak massal", "took a part of a print run"),
    # People
    "session.begin": Text("masuk", "signed in"),
    "session.confirm": Text("memberi kode sekali pakai", "gave a one-time code"),
    "session.end": Text("mengakhiri sesi", "ended a session"),
    "staff.prove": Text("membuktikan diri", "proved who they are"),
    "staff.not_proven": Text("gagal membuktikan diri", "failed to prove who they are"),
    "staff.add": Text("menambah petugas", "added a member of staff"),
    "staff.role": Text("mengubah peran petugas", "changed someone's role"),
    "staff.activate": Text("mengaktifkan petugas", "activated a member of staff"),
    "staff.deactivate": Text("menonaktifkan petugas", "deactivated a member of staff"),
    "staff.password": Text("mengganti kata sandi", "set a password"),
    "staff.totp": Text("memasang kode sekali pakai", "enrolled one-time codes"),
    "staff.recovery_codes": Text("membuat kode pemulihan", "made recovery codes"),
    "staff.reset": Text("menyetel ulang cara masuk petugas", "reset someone's sign-in"),
    "staff.demo": Text("menyiapkan akun peragaan", "equipped a demo account"),
    # The office
    "office.add": Text("mendirikan kantor", "set an office up"),
    "office.letterhead": Text("mengganti kop surat", "changed the letterhead"),
    "office.numbering": Text("mengganti pola nomor surat", "changed the number pattern"),
    "office.hours": Text("mengubah jam buka", "changed the opening hours"),
    "office.stock": Text("mencatat stok blangko", "noted the stock of cards"),
    "kind.add": Text("menambah jenis surat", "added a kind of letter"),
    "kind.change": Text("mengubah jenis surat", "changed a kind of letter"),
    "kind.usual": Text("memilih jenis surat yang biasa", "chose the usual kind of letter"),
    "window.add": Text("membuka masa penerbitan", "opened an issuing window"),
    "window.close": Text("menutup masa penerbitan", "closed an issuing window"),
    "point.add": Text("menambah titik layanan", "added a service point"),
    "point.change": Text("mengubah titik layanan", "changed a service point"),
    "point.today": Text("mengumumkan keadaan titik layanan", "said what works at a service point"),
    "point.remove": Text("menghapus titik layanan", "removed a service point"),
    "point.restore": Text("memulihkan titik layanan", "restored a service point"),
    "client.add": Text("mendaftarkan program instansi", "added an agency's program"),
    "client.renew": Text("memperbarui kunci program instansi", "renewed an agency's key"),
    "client.revoke": Text("mencabut program instansi", "revoked an agency's program"),
    "client.confirm": Text(
        "memberlakukan lagi kunci program instansi sesudah pemulihan",
        "let an agency's key count again after a restore",
    ),
    "client.limit": Text("mengubah batas program instansi", "changed the limit of an agency's program"),
    "client.verify": Text(
        "memeriksa surat sebagai program instansi", "checked letters as an agency's program"
    ),
    # The registry itself
    "key.new": Text("membuat kunci", "made a key"),
    "key.activate": Text("mengaktifkan kunci", "activated a key"),
    "key.retire": Text("memensiunkan kunci", "retired a key"),
    "key.revoke": Text("mencabut kunci", "revoked a key"),
    "key.relock": Text("mengganti frasa sandi semua kunci", "changed the passphrase of all keys"),
    "publish": Text("menerbitkan data untuk umum", "published for outsiders"),
    "registry.init": Text("membuat registri", "made the registry"),
    "registry.backup": Text("mencadangkan registri", "backed the registry up"),
    "registry.backup_kept": Text("menyimpan cadangan registri", "kept a backup of the registry"),
    "registry.restore": Text("memulihkan registri dari cadangan", "restored the registry from a backup"),
    "day.close": Text("menutup hari", "closed the day"),
    "list.hand_over": Text("menyiapkan daftar untuk instansi lain", "put a list for another body on record"),
    "list.fetch": Text("mengambil daftar untuk instansi lain", "took a list for another body"),
    "stations.upload": Text("mengunggah daftar TPS", "uploaded polling stations"),
    "stations.import": Text("mengimpor daftar TPS", "imported polling stations"),
    "stations.list": Text("mencetak daftar per TPS", "printed lists for polling stations"),
    # Elections
    "election.create": Text("merencanakan pemilihan", "planned an election"),
    "election.change": Text("mengubah pemilihan", "changed an election"),
    "election.cancel": Text("membatalkan pemilihan", "cancelled an election"),
    "station.sheets": Text("membuat lembar pendaftaran ponsel", "made enrolment sheets"),
    "device.enrol": Text("mendaftarkan ponsel TPS", "enrolled a station's phone"),
    "device.confirm": Text("mengesahkan ponsel TPS", "confirmed a station's phone"),
    "device.revoke": Text("mencabut ponsel TPS", "revoked a station's phone"),
    "device.check": Text("memeriksa surat di TPS", "checked letters at a station"),
    "presentations.receive": Text(
        "menerima catatan surat yang ditunjukkan", "took in what letters were shown"
    ),
    "presentations.report": Text(
        "membuat laporan surat yang ditunjukkan dua kali", "made a report of letters shown twice"
    ),
    # Files taken out
    "report.register": Text("mengambil buku register", "took the register as a file"),
    "report.expiring": Text(
        "mengambil daftar surat yang akan berakhir", "took the list of letters about to end"
    ),
    "report.cards_ready": Text("mengambil daftar kartu siap", "took the list of cards ready"),
    "audit.export": Text("mengambil catatan audit sebagai berkas", "took audit entries as a file"),
}


_COUNTED = re.compile(r"([0-9]+) letters")
_ELECTION = re.compile(r"election ([0-9]+)")


def subject_words(subject: str) -> Text:
    """What an entry is about, where it says so in English; anything else stands as it is."""
    if counted := _COUNTED.fullmatch(subject):
        return Text(f"{counted[1]} surat", subject)
    if held := _ELECTION.fullmatch(subject):
        return Text(f"pemilihan {held[1]}", subject)
    return Text(subject, subject)


def words(action: str) -> Text:
    """What an action is; one that an older or newer version noted stands as it is."""
    return ACTIONS.get(action, Text(action, action))
