"""What the counter calls things. Decides nothing."""

from suket_service.core.resident import RecordingState
from suket_service.errors import Text

RECORDING_NAMES = {
    RecordingState.UNREGISTERED: Text("belum merekam", "not recorded"),
    RecordingState.BIO_CAPTURED: Text("sudah direkam", "recorded"),
    RecordingState.PROCESSING: Text("sedang diproses", "being processed"),
    RecordingState.SENT_FOR_ENROLLMENT: Text("dikirim ke pusat (SFE)", "sent to the centre (SFE)"),
    RecordingState.RECEIVED_AT_CENTRAL: Text("diterima di pusat", "received at the centre"),
    RecordingState.PRINT_READY_RECORD: Text("siap cetak (PRR)", "ready to print (PRR)"),
    RecordingState.ENROLL_FAILURE_AT_CENTRAL: Text(
        "gagal didaftarkan di pusat", "enrolment failed at the centre"
    ),
    RecordingState.SEARCH_FAILURE_AT_CENTRAL: Text(
        "gagal dicocokkan di pusat", "matching failed at the centre"
    ),
    RecordingState.ENROLL_FAILURE_AT_REGIONAL: Text(
        "gagal didaftarkan di daerah", "enrolment failed in the region"
    ),
    RecordingState.DUPLICATE_RECORD: Text("rekaman ganda", "double record"),
}
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
