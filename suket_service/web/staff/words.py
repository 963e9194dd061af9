"""What the pages call things: events, changes, fields. Decides nothing."""

from suket_service.core.letter import Action
from suket_service.errors import Text
from suket_service.issuing import HAND_OVER

#: What a field of a request is called, by its name in forms and in problems.
FIELD_NAMES = {
    "nik": Text("NIK", "NIK"),
    "nama": Text("Nama", "Name"),
    "tempat_lahir": Text("Tempat lahir", "Birth place"),
    "tanggal_lahir": Text("Tanggal lahir", "Birth date"),
    "jenis_kelamin": Text("Jenis kelamin", "Sex"),
    "golongan_darah": Text("Golongan darah", "Blood type"),
    "alamat": Text("Alamat", "Address"),
    "rt": Text("RT", "RT"),
    "rw": Text("RW", "RW"),
    "kode_wilayah": Text("Kelurahan/desa", "Village"),
    "agama": Text("Agama", "Religion"),
    "status_perkawinan": Text("Status perkawinan", "Marital status"),
    "pekerjaan": Text("Pekerjaan", "Occupation"),
    "kewarganegaraan": Text("Kewarganegaraan", "Citizenship"),
    "jenis_surat": Text("Jenis surat", "Kind of letter"),
    "alasan_kode": Text("Alasan", "Reason"),
    "alasan": Text("Kalimat alasan", "Reason in words"),
    "pengecualian": Text("Alasan pengecualian", "Reason for passing over the register"),
    "foto": Text("Foto", "Portrait"),
}
#: What the history calls each thing that may happen to a letter.
EVENT_NAMES = {
    "draft": Text("Konsep dibuat", "Drafted"),
    "override": Text("Pengecualian dari daftar penduduk diminta", "Asked to pass over the register"),
    "amend": Text("Konsep diperbaiki", "Draft corrected"),
    "submit": Text("Konsep diajukan", "Draft submitted"),
    "send_back": Text("Konsep dikembalikan", "Draft sent back"),
    "approve": Text("Disetujui", "Approved"),
    "issue": Text("Diterbitkan", "Issued"),
    "withdraw": Text("Konsep ditarik", "Draft withdrawn"),
    "print": Text("Dicetak", "Printed"),
    "print_refused": Text("Gagal dicetak", "Could not be printed"),
    HAND_OVER: Text("Surat diserahkan", "Letter handed over"),
    "suspend": Text("Ditangguhkan", "Suspended"),
    "extend": Text("Perpanjangan diminta", "Extension asked for"),
    "approve_extend": Text("Perpanjangan disetujui", "Extension agreed to"),
    "resume": Text("Pemberlakuan lagi diminta", "Resuming asked for"),
    "approve_resume": Text("Pemberlakuan lagi disetujui", "Resuming agreed to"),
    "revoke": Text("Dicabut", "Revoked"),
    "approve_revoke": Text("Pencabutan disetujui", "Revoking agreed to"),
    "supersede": Text("Digantikan", "Superseded"),
    "lapse": Text("Ditutup karena lewat masa", "Closed because it had lapsed"),
    "reopen": Text("Dibuka kembali", "Reopened"),
}
#: What the second person is asked to agree to.
PROPOSED_NAMES = {
    Action.EXTEND: Text("Perpanjangan", "Extension"),
    Action.RESUME: Text("Pemberlakuan lagi", "Resuming"),
    Action.REVOKE: Text("Pencabutan", "Revoking"),
}
