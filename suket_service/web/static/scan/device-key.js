// The key pair of a device and what is signed with it. The private half can be used here and never be read, not by us.
import { sha256, toBase64url, toHex, toUtf8 } from "./bytes.js";
import { checkCode } from "./seal.js";

const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A new pair. Not extractable: that is the private half; the public one always is. */
export function newPair() {
  return crypto.subtle.generateKey(ES256, false, ["sign", "verify"]);
}

/** The public half, as the service takes it. */
export async function publicJwk(pair) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty, crv, x, y };
}

/** The first 40 bits of the key's thumbprint (RFC 7638), for the desk to compare. */
export async function confirmationOf({ kty, crv, x, y }) {
  return checkCode(await sha256(toUtf8(JSON.stringify({ crv, kty, x, y }))));
}

/**
 * A compact JWS over method, path, time and body (after RFC 9449).
 * @param {{id: string, pair: CryptoKeyPair}} device
 * @param {{method: string, path: string, text: string}} call
 * @param {number} seconds now, by the service's clock as far as it is known
 */
export async function proofOf({ id, pair }, { method, path, text }, seconds) {
  const payload = {
    htm: method,
    htu: path,
    iat: seconds,
    jti: toHex(crypto.getRandomValues(new Uint8Array(16))),
    bh: toBase64url(await sha256(toUtf8(text))),
  };
  const header = { alg: "ES256", typ: "suket-device+jwt", kid: id };
  const signed = [header, payload].map((part) => toBase64url(toUtf8(JSON.stringify(part)))).join(".");
  const signature = await crypto.subtle.sign(ES256, pair.privateKey, toUtf8(signed));
  return `${signed}.${toBase64url(new Uint8Array(signature))}`;
}
