// What else stands on a letter and is typed where the symbol's text belongs. Judges no letter and asks nothing.

const MOVED = "bukan isi kode QR, dan sudah dipindahkan ke formulir di bawah";
const KINDS = [
  {
    // Eight signs without I, L, O and U; each of them may be misread as another.
    looks: (text) =>
      /^[0-9A-Z]{4}[-\u2010-\u2015 ][0-9A-Z]{4}$/i.test(text) || /^(?=.*[A-Z])(?=.*[0-9])[0-9A-Z]{8}$/i.test(text),
    says: `Ini kode periksa, ${MOVED}: lengkapi nomor suratnya.`,
    field: "code",
  },
  {
    looks: (text) => /^\d{6}[ .-]?\d{6}[ .-]?\d{4}$/.test(text),
    says:
      "Ini NIK, bukan isi kode QR: surat tidak diperiksa dari NIK. Pindai kode QR di kanan bawah surat dengan " +
      "kamera ponsel, atau isi nomor surat dan kode periksanya di bawah.",
    field: null,
  },
  {
    looks: (text) => /^[0-9A-Z. -]+(\/[0-9A-Z. -]+)+$/i.test(text) && /\d/.test(text),
    says: `Ini nomor surat, ${MOVED}: lengkapi kode periksanya.`,
    field: "number",
  },
];

/** What was typed instead of a symbol's text, and the field where it belongs; null where it may be one. */
export function insteadOf(text) {
  return KINDS.find((kind) => kind.looks(text)) || null;
}
