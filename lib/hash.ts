/** One-shot hashes as lowercase hexadecimal. node:crypto, because WebCrypto has no MD5. */
import { hash } from "node:crypto";

/** MD5 of `data` (text as UTF-8): 32 hex digits. For fingerprints only, never for security. */
export function md5Hex(data: string | Uint8Array): string {
  return hash("md5", data, "hex");
}

/** SHA-256 of `data` (text as UTF-8): 64 hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}
