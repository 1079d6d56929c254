/** An authority for tests, and what it signs. */
import { systemCommand, toolPath } from "./system_command.ts";

/** Paths of PEM files. */
export interface SignedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Certificates of an authority and of a server called localhost, in a folder. */
export interface ServerCertificates extends SignedCertificate {
  readonly ca: string;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3"];

/** An authority in a folder: `ca.pem`, `ca-key.pem`. */
export class CertificateAuthority {
  private constructor(readonly folder: string, readonly ca: string) {}

  static async make(folder: string): Promise<CertificateAuthority> {
    const authority = new CertificateAuthority(folder, `${folder}/ca.pem`);
    await authority.#request("authority", ["-keyout", authority.#key, "-out", authority.ca]);
    return authority;
  }

  /**
   * Makes a key and a certificate.
   *
   * @param name its common name
   * @param alternatives what else it is good for, say `DNS:localhost,IP:127.0.0.1`
   * @param file what the files are called: `<file>cert.pem`, `<file>key.pem`
   */
  async sign(name: string, alternatives: string, file: string): Promise<SignedCertificate> {
    const signed = { cert: `${this.folder}/${file}cert.pem`, key: `${this.folder}/${file}key.pem` };
    await this.#request(name, [
      ...["-CA", this.ca, "-CAkey", this.#key, "-keyout", signed.key, "-out", signed.cert],
      ...["-addext", `subjectAltName=${alternatives}`, "-addext", "basicConstraints=CA:FALSE"],
    ]);
    return signed;
  }

  get #key(): string {
    return `${this.folder}/ca-key.pem`;
  }

  async #request(name: string, rest: readonly string[]): Promise<void> {
    const args = ["req", "-x509", ...NEW_KEY, "-subj", `/CN=${name}`, ...rest];
    await systemCommand(toolPath("openssl"), args);
  }
}

/** Makes certificates in `folder`. */
export async function makeServerCertificates(folder: string): Promise<ServerCertificates> {
  const authority = await CertificateAuthority.make(folder);
  return { ca: authority.ca, ...await authority.sign("localhost", "DNS:localhost", "server-") };
}
