"""What each change of a letter means, before and after it is made, and the reasons usually given. Changes nothing."""

from dataclasses import dataclass

from suket_service.core.letter import Action
from suket_service.errors import Text


@dataclass(frozen=True, slots=True)
class Change:
    """A change as its page tells it."""

    action: Action
    title: Text
    meaning: Text  # in one sentence, before it is done
    done: Text
    button: Text
    reasons: tuple[Text, ...]  # suggestions; any other may be typed
    look: str = ""


_PROPOSE = Text("Usulkan", "Propose")
SUSPEND = Change(
    Action.SUSPEND,
    Text("Tangguhkan surat", "Suspend the letter"),
    Text(
        "Surat langsung terbaca DITANGGUHKAN oleh siapa pun yang memeriksanya. Dapat diberlakukan lagi dengan persetujuan pejabat.",
        "Whoever checks the letter sees at once that it is SUSPENDED. It can be resumed when an official agrees.",
    ),
    Text(
        "Surat ditangguhkan dan umum sudah melihatnya. Bila ternyata benar, pilih Berlakukan lagi.",
        "The letter is suspended, and the public sees so. If nothing was wrong, choose Resume.",
    ),
    Text("Tangguhkan", "Suspend"),
    (
        Text("Diduga ganda", "Believed to be a double"),
        Text("Dilaporkan hilang", "Reported lost"),
        Text("Data sedang diklarifikasi", "The data are being clarified"),
        Text("Permintaan kepolisian atau Bawaslu", "Asked for by police or Bawaslu"),
    ),
)
REVOKE = Change(
    Action.REVOKE,
    Text("Cabut surat", "Revoke the letter"),
    Text(
        "Surat tidak berlaku lagi untuk selamanya, dan siapa pun yang memeriksanya langsung melihat DICABUT. Bila masih ragu, tangguhkan dahulu.",
        "The letter ends for good, and whoever checks it sees REVOKED at once. If in doubt, suspend it first.",
    ),
    Text("Surat dicabut dan umum sudah melihatnya.", "The letter is revoked, and the public sees so."),
    Text("Cabut", "Revoke"),
    (
        Text("Data salah", "Wrong data"),
        Text("Terbit ganda", "Issued twice"),
        Text("Surat hilang", "The letter was lost"),
        Text("Pemegang meninggal dunia", "The holder died"),
        Text("Pemegang pindah ke daerah lain", "The holder moved away"),
    ),
    look="danger",
)
WITHDRAW = Change(
    Action.WITHDRAW,
    Text("Tarik konsep", "Withdraw the draft"),
    Text(
        "Konsep ini tidak akan diterbitkan; orangnya dapat diajukan lagi.",
        "This draft will not be issued; its person can be drafted for again.",
    ),
    Text("Konsep ditarik.", "The draft is withdrawn."),
    Text("Tarik konsep", "Withdraw"),
    (
        Text("Salah orang", "The wrong person"),
        Text("Pemohon membatalkan", "The applicant gave up"),
        Text("KTP-el dapat langsung dicetak", "The card can be printed at once"),
    ),
)
CARD = Change(
    Action.SUPERSEDE,
    Text("KTP-el sudah terbit", "The card is here"),
    Text(
        "KTP-el menggantikan surat ini: siapa pun yang memeriksa suratnya langsung melihat DIGANTIKAN.",
        "The card takes this letter's place: whoever checks the letter sees SUPERSEDED at once.",
    ),
    Text(
        "Surat digantikan oleh KTP-el dan umum sudah melihatnya.",
        "The card has taken the letter's place, and the public sees so.",
    ),
    Text("Catat KTP-el", "Record the card"),
    (
        Text("KTP-el sudah diserahkan", "The card was handed over"),
        Text("KTP-el dicetak di daerah lain", "The card was printed elsewhere"),
    ),
)
EXTEND = Change(
    Action.EXTEND,
    Text("Perpanjang surat", "Extend the letter"),
    Text(
        "Surat berlaku lebih lama tanpa dicetak ulang, sesudah pejabat lain menyetujuinya.",
        "The letter holds for longer without being printed again, once another official agrees.",
    ),
    Text(
        "Perpanjangan diusulkan; menunggu persetujuan pejabat lain.",
        "The extension was proposed; another official has to agree.",
    ),
    _PROPOSE,
    (
        Text("Blangko KTP-el belum datang", "Blank cards have not come yet"),
        Text("Perangkat cetak masih rusak", "The card printer is still broken"),
        Text("Data masih diproses di pusat", "The record is still being processed centrally"),
    ),
)
RESUME = Change(
    Action.RESUME,
    Text("Berlakukan lagi surat", "Resume the letter"),
    Text(
        "Surat berlaku lagi sesudah pejabat lain menyetujuinya.",
        "The letter counts again once another official agrees.",
    ),
    Text(
        "Pemberlakuan lagi diusulkan; menunggu persetujuan pejabat lain.",
        "Resuming was proposed; another official has to agree.",
    ),
    _PROPOSE,
    (
        Text("Pemeriksaan selesai, surat benar", "Looked into: the letter is right"),
        Text("Surat ditemukan kembali", "The letter was found again"),
        Text("Ditangguhkan karena keliru", "Suspended by mistake"),
    ),
)
