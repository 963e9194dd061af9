// Which build of the scanner this is. As plain modules (the public page, the tests) it is none.

/* global SUKET_SCAN_VERSION -- set by script/build-scanner.mjs */
export const VERSION = typeof SUKET_SCAN_VERSION === "string" ? SUKET_SCAN_VERSION : "source";
