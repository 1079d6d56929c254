/** Tools and the libraries they stand on, by what their handshakes look like. */
import type { FingerprintKind, ToolGuess } from "./profile.ts";

/**
 * HASSH of clients: the first five as the method's authors published them with it, the others from the
 * captures in tests/fixtures/captures, which are of Debian 12's versions.
 */
const HASSH_TOOLS: ReadonlyMap<string, string> = new Map([
  ["b5752e36ba6c5979a575e43178908adf", "paramiko"],
  ["fafc45381bfde997b6305c4e1600f1bf", "ruby-net-ssh"],
  ["de30354b88bae4c2810426614e1b6976", "renci-sshnet"],
  ["16f898dd8ed8279e1055350b4e20666c", "dropbear"],
  ["8a8ae540028bf433cd68356c1b9e8d5b", "cyberduck"],
  ["16574631849ea8d13c926c9905839928", "dropbear"],
  ["17d99888e12a6e6809e880b8c65a0c47", "openssh"],
  ["55a77ae9728654f1d4240a29287dc296", "ncrack"],
  ["a20aced7c9824fd804f59e68dd801ad3", "nmap"],
  ["a704be057881f0b1d623cd263e477a8b", "paramiko"],
  ["b4b8ae3d7241d2c1dc54b4df7e8c19d1", "libssh2"],
  ["be31134219a24899a8a0c29c7797ba94", "libssh"],
]);

/**
 * The two hashes of JA4, over ciphers and extensions, from the same captures. Its first part is left out: there
 * SNI and ALPN count, which are the target's and the caller's rather than the library's. OpenSSL's and
 * GnuTLS's own defaults are not here, since too many programs leave them as they are.
 */
const JA4_TOOLS: ReadonlyMap<string, string> = new Map([
  ["1a40976cc687_000000000000", "nmap"],
  ["1d947a95fc68_7e1102d2036b", "java"],
  ["479067518aa3_d339722ba4af", "ruby-net-http"],
  ["479067518aa3_d41ae481755e", "php"],
  ["55b375c5d22e_178839b6cec1", "chromium"],
  ["61a7ad8aa9b6_f9531d972513", "rustls"],
  ["723694b0fccc_288f874c93d6", "libcurl"],
  ["723694b0fccc_899037bd0b8c", "wget"],
  ["85036bcba153_d41ae481755e", "python-urllib"],
  ["8daaf6152771_cb7bf5808d99", "chromium"],
  ["9dc949149365_97f8aa674fd9", "go-tls"],
  ["a33745022dd6_1f22a2ca17c4", "node"],
  ["ab95583b6d39_d41ae481755e", "nmap"],
  ["c7886603b240_b26ce05bbdd6", "python-requests"],
  ["c7886603b240_d41ae481755e", "python-httpx"],
  ["e8f1e7e78f70_b26ce05bbdd6", "libcurl"],
  ["e8f1e7e78f70_d339722ba4af", "ruby-net-http"],
]);

/** Kinds of fingerprints that name tools, and how the guess says where it comes from. */
export const TOOL_KINDS:
  readonly (readonly [kind: FingerprintKind, source: ToolGuess["source"]])[] = [
    ["hassh", "hassh"],
    ["ja4", "ja4"],
    ["ja4_quic", "ja4"],
  ];

/** The tool, or the library, that has this fingerprint; undefined when none is known for it. */
export function toolOf(kind: FingerprintKind, value: string): string | undefined {
  if (kind === "hassh") return HASSH_TOOLS.get(value);
  return JA4_TOOLS.get(value.slice(value.indexOf("_") + 1));
}
