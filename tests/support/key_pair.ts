/** Keys and self-signed certificates for servers under test. */
import { sharedFolder } from "./temp_folder.ts";
import { systemCommand, toolPath } from "./system_command.ts";

/** Paths of PEM files. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
  /** Both in one file. */
  readonly both: string;
}

const made = new Map<string, Promise<KeyPair>>();

/** RSA-2048 with a self-signed certificate; the same for the same name within a test module. */
export function keyPair(name = "first.example"): Promise<KeyPair> {
  const pair = made.get(name) ?? makeKeyPair(name, ["-subj", `/CN=${name}`]);
  made.set(name, pair);
  return pair;
}

/**
 * Makes RSA-2048 with a self-signed certificate.
 *
 * @param name becomes part of the file names
 * @param request what `openssl req` is to put into the certificate
 */
export async function makeKeyPair(name: string, request: readonly string[]): Promise<KeyPair> {
  const base = `${sharedFolder()}/${name}`;
  const pair = { key: `${base}.key`, certificate: `${base}.crt`, both: `${base}.pem` };
  await systemCommand(toolPath("openssl"), [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
    ...["-keyout", pair.key, "-out", pair.certificate, ...request],
  ]);
  const texts = await Promise.all(
    [pair.certificate, pair.key].map((path) => Deno.readTextFile(path)),
  );
  await Deno.writeTextFile(pair.both, texts.join(""));
  return pair;
}

/** SHA-256 of a PEM certificate as OpenSSL computes it: 64 lowercase hex digits. */
export async function certificateSha256(path: string): Promise<string> {
  const printed = await systemCommand(toolPath("openssl"), [
    ...["x509", "-in", path, "-noout", "-fingerprint", "-sha256"],
  ]);
  return printed.slice(printed.indexOf("=") + 1).replaceAll(":", "").trim().toLowerCase();
}
