/** What JA4 (BSD-3, FoxIO) and the fingerprints after its pattern have in common. */

const VERSION_CODES: Readonly<Record<number, string>> = {
  0x0304: "13",
  0x0303: "12",
  0x0302: "11",
  0x0301: "10",
  0x0300: "s3",
  0x0002: "s2",
  0xfeff: "d1",
  0xfefd: "d2",
  0xfefc: "d3",
};

/** Two characters for a TLS, SSL or DTLS version; `00` for any other, drafts included. */
export function ja4Version(version: number): string {
  return VERSION_CODES[version] ?? "00";
}

/** Two digits for a number of things; 99 for more. */
export function ja4Count(count: number): string {
  return String(Math.min(count, 99)).padStart(2, "0");
}

/** First and last character of an ALPN protocol, or of its hexadecimal; `00` for none. */
export function ja4Alpn(protocol: Uint8Array | undefined): string {
  const first = protocol?.at(0);
  const last = protocol?.at(-1);
  if (first === undefined || last === undefined) return "00";
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last);
  return (first >> 4).toString(16) + (last & 0xf).toString(16);
}

/** Four lowercase hex digits, as JA4 writes ciphers and extensions. */
export function ja4Number(value: number): string {
  return value.toString(16).padStart(4, "0");
}

/** True for the digits and letters of ASCII. */
function isAlphanumeric(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}
