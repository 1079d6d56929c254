/** The servers that the clients talk to, with keys and configurations of their own. */
import { type Lab, must, SERVER, SERVER6, SERVER_NAME } from "./lab.ts";

/** Paths of PEM files. */
export interface ServerKeys {
  readonly key: string;
  /** The server's certificate and that of the authority which issued it. */
  readonly chain: string;
  readonly authority: string;
}

let keys: Promise<ServerKeys> | undefined;

/** A certificate for {@linkcode SERVER_NAME}, and one authority above it; the same for all. */
export function serverKeys({ folder }: Lab): Promise<ServerKeys> {
  return keys ??= makeKeys(folder);
}

async function makeKeys(folder: string): Promise<ServerKeys> {
  const at = (name: string) => `${folder}/${name}`;
  const openssl = (...args: string[]) => must("openssl", args);
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"];
  await openssl(
    ...["req", "-x509", ...ec, "-keyout", at("authority.key"), "-out", at("authority.crt")],
    ...["-subj", "/C=ZZ/O=Decoys of Example/CN=Example Authority"],
  );
  await openssl(
    ...["req", ...ec, "-keyout", at("server.key"), "-out", at("server.csr")],
    ...["-subj", `/CN=${SERVER_NAME}/O=Example`],
  );
  await Deno.writeTextFile(
    at("server.ext"),
    [
      `subjectAltName=DNS:${SERVER_NAME},IP:${SERVER},IP:${SERVER6}`,
      ...["basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth", ""],
    ].join("\n"),
  );
  await openssl(
    ...["x509", "-req", "-in", at("server.csr"), "-CA", at("authority.crt")],
    ...["-CAkey", at("authority.key"), "-set_serial", "2", "-days", "3650"],
    ...["-extfile", at("server.ext"), "-out", at("server.crt")],
  );
  const texts = await Promise.all(
    ["server.crt", "authority.crt"].map((name) => Deno.readTextFile(at(name))),
  );
  await Deno.writeTextFile(at("chain.crt"), texts.join(""));
  return { key: at("server.key"), chain: at("chain.crt"), authority: at("authority.crt") };
}

/** nginx: TLS 1.2 and 1.3 with HTTP/2 on 443, HTTP/1 on 80, HTTP/2 in the clear on 8080. */
export async function startNginx(lab: Lab): Promise<AsyncDisposable> {
  const { key, chain } = await serverKeys(lab);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${lab.folder}/${name};`).join(" ");
  const config = `${lab.folder}/nginx.conf`;
  await Deno.writeTextFile(
    config,
    `daemon off; master_process off; pid ${lab.folder}/nginx.pid; error_log /dev/null;
events {}
http {
  access_log off; ${temporary}
  server {
    listen 80; listen 8080 http2; listen 443 ssl http2; listen [::]:443 ssl http2;
    ssl_certificate ${chain}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3;
    location / { return 200 "hello\\n"; }
  }
}
`,
  );
  return await lab.serve(443, "nginx", "-c", config, "-p", lab.folder, "-e", "/dev/null");
}

/** OpenSSH on `port`, for the client whose key is in the folder. */
export async function startOpenssh(lab: Lab, port = 22): Promise<AsyncDisposable> {
  await Deno.mkdir("/run/sshd", { recursive: true });
  const key = `${lab.folder}/ssh_host_key`;
  await makeSshKey(key);
  await makeSshKey(`${lab.folder}/ssh_user_key`);
  const options = [
    ...[`HostKey=${key}`, "PidFile=none", "StrictModes=no", "PermitRootLogin=yes"],
    ...[`AuthorizedKeysFile=${lab.folder}/ssh_user_key.pub`, "UsePAM=no"],
  ].flatMap((option) => ["-o", option]);
  const args = ["-D", "-e", "-f", "/dev/null", "-p", `${port}`, ...options];
  return await lab.serve(port, "/usr/sbin/sshd", ...args);
}

async function makeSshKey(path: string): Promise<void> {
  const exists = await Deno.stat(path).then(() => true, () => false);
  if (!exists) await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
}

/** Dropbear on `port`. */
export async function startDropbear(lab: Lab, port: number): Promise<AsyncDisposable> {
  const key = `${lab.folder}/dropbear_key`;
  await must("dropbearkey", ["-t", "ecdsa", "-f", key]);
  const args = ["-F", "-E", "-r", key, "-p", `${port}`, "-P", `${lab.folder}/dropbear.pid`];
  return await lab.serve(port, "dropbear", ...args);
}

/** `openssl s_server` on 4433, one connection at a time. */
export async function startOpenssl(lab: Lab, ...options: string[]): Promise<AsyncDisposable> {
  const { key, chain, authority } = await serverKeys(lab);
  const overUdp = options.some((option) => option.startsWith("-dtls"));
  return await lab.serve(
    overUdp ? 0 : 4433,
    "openssl",
    ...["s_server", "-accept", "4433", "-key", key, "-cert", chain, "-cert_chain", authority],
    ...options,
  );
}

/** stunnel, which speaks the start of `protocol` on `port` and is then a TLS server for `behind`. */
export async function startStunnel(
  lab: Lab,
  protocol: string,
  port: number,
  behind: number,
): Promise<AsyncDisposable> {
  const { key, chain } = await serverKeys(lab);
  const config = `${lab.folder}/stunnel-${protocol}.conf`;
  await Deno.writeTextFile(
    config,
    [
      ...["foreground = yes", "pid =", "debug = 0", "[service]", `accept = ${port}`],
      ...[
        `protocol = ${protocol}`,
        `connect = 127.0.0.1:${behind}`,
        `cert = ${chain}`,
        `key = ${key}`,
      ],
      "",
    ].join("\n"),
  );
  return await lab.serve(port, "stunnel4", config);
}
