// What else stands on a letter and is typed where the symbol's text belongs. Judges no letter and asks nothing.

const INSTEAD = "Pindai kode QR di kanan bawah surat dengan kamera ponsel; atau hubungi Disdukcapil penerbit";
const KINDS = [
  {
    // Eight signs without I, L, O and U; each of them may be misread as another.
    looks: (text) => /^[0-9A-Z]{4}[-\u2010-\u2015 ][0-9A-Z]{4}$/i.test(text) || /^(?=.*[A-Z])(?=.*[0-9])[0-9A-Z]{8}$/i.test(text),
    says: `Ini kode periksa, bukan isi kode QR. ${INSTEAD} dan sebutkan kode ini bersama nomor surat.`,
  },
  {
    looks: (text) => /^\d{6}[ .-]?\d{6}[ .-]?\d{4}$/.test(text),
    says: `Ini NIK, bukan isi kode QR: surat tidak diperiksa dari NIK. ${INSTEAD} dan sebutkan nomor surat serta kode periksanya.`,
  },
  {
    looks: (text) => /^[0-9A-Z. -]+(\/[0-9A-Z. -]+)+$/i.test(text) && /\d/.test(text),
    says: `Ini nomor surat, bukan isi kode QR. ${INSTEAD} dan sebutkan nomor ini bersama kode periksa yang tercetak di bawah kode QR.`,
  },
];

/** What to do with what is typed instead of a symbol's text; null where it may be one. */
export function otherThan(text) {
  return KINDS.find((kind) => kind.looks(text))?.says ?? null;
}
