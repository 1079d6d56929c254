/** TLS clients: libraries and programs, versions, resumption, what comes before TLS. */
import { type Lab, SERVER, SERVER6, SERVER_NAME } from "./lab.ts";
import type { Scenario } from "./scenario.ts";
import { startNginx, startOpenssl, startStunnel } from "./servers.ts";

const URL = `https://${SERVER_NAME}/`;

const NODE = `require("https").get({ host: "${SERVER_NAME}", path: "/",
  rejectUnauthorized: false }, (response) => response.resume());`;

const PYTHON = `import ssl, urllib.request
context = ssl._create_unverified_context()
urllib.request.urlopen("${URL}", context=context).read()`;

/** A client of nginx, by its command line. */
function client(name: string, command: string, ...args: string[]): Scenario {
  return {
    name,
    servers: async (lab) => [await startNginx(lab)],
    filter: "tcp port 443",
    talk: (lab) => lab.client(command, ...args),
  };
}

/** `openssl s_client` and `s_server` between themselves. */
function openssl(
  name: string,
  serverOptions: readonly string[],
  ...clients: (readonly string[])[]
): Scenario {
  return {
    name,
    servers: async (lab) => [await startOpenssl(lab, ...serverOptions)],
    filter: "port 4433",
    talk: async (lab) => {
      for (const options of clients) {
        const placed = options.map((option) => option.replace("$FOLDER", lab.folder));
        // Without an end of input it would wait for more.
        const command = ["openssl", "s_client", "-connect", `${SERVER}:4433`, ...placed].join(" ");
        await lab.client("sh", "-c", `(sleep 1; echo Q) | timeout 5 ${command}`);
      }
    },
  };
}

/** Protocols that stunnel speaks up to the start of TLS: port, and greeting of what is behind it. */
const STARTTLS = [
  ["pop3", 110, "+OK ready"],
  ["smtp", 25, "220 ready"],
  ["pgsql", 5432, ""],
] as const;

/** Servers behind stunnel stand 10,000 ports above it, and do no more than greet. */
const BEHIND = 10_000;

const GREETER = `import socketserver, sys
class Greeter(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(sys.argv[2].encode() + b"\\r\\n")
        self.request.recv(4096)
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Greeter).serve_forever()`;

async function startTlsServers(lab: Lab): Promise<readonly AsyncDisposable[]> {
  const servers = [];
  for (const [protocol, port, greeting] of STARTTLS) {
    const behind = port + BEHIND;
    servers.push(await lab.serve(behind, "python3", "-c", GREETER, `${behind}`, greeting));
    servers.push(await startStunnel(lab, protocol, port, behind));
  }
  return servers;
}

export const TLS_CLIENTS: readonly Scenario[] = [
  client("curl_tls13_h2", "curl", "-sk", URL),
  client("curl_tls12_http11", "curl", "-sk", "--tls-max", "1.2", "--http1.1", URL),
  client("curl_ipv6", "curl", "-sk", "--resolve", `${SERVER_NAME}:443:[${SERVER6}]`, URL),
  client("curl_address", "curl", "-sk", `https://${SERVER}/`),
  client("wget", "wget", "-q", "-O", "/dev/null", "--no-check-certificate", URL),
  client("node", "node", "-e", NODE),
  client("python", "python3", "-c", PYTHON),
  client(
    "deno",
    ...["deno", "eval", `--unsafely-ignore-certificate-errors=${SERVER_NAME}`],
    `await (await fetch("${URL}")).text()`,
  ),
  client("gnutls_tls13", "gnutls-cli", "--insecure", "-p", "443", SERVER_NAME),
  client(
    "gnutls_tls12",
    ...["gnutls-cli", "--insecure", "-p", "443", "--priority", "NORMAL:-VERS-TLS1.3:+VERS-TLS1.1"],
    SERVER_NAME,
  ),
  openssl("openssl_tls13", [], ["-tls1_3", "-servername", "one.example"]),
  openssl("openssl_tls12", ["-alpn", "h2,http/1.1"], ["-tls1_2", "-alpn", "http/1.1,h2"]),
  openssl("openssl_tls10", ["-tls1", "-cipher", "ALL:@SECLEVEL=0"], [
    ...["-tls1", "-cipher", "ALL:@SECLEVEL=0", "-noservername"],
  ]),
  openssl(
    "openssl_resumption13",
    [],
    ["-tls1_3", "-sess_out", "$FOLDER/session13"],
    ["-tls1_3", "-sess_in", "$FOLDER/session13"],
  ),
  openssl(
    "openssl_resumption12",
    [],
    ["-tls1_2", "-sess_out", "$FOLDER/session12"],
    ["-tls1_2", "-sess_in", "$FOLDER/session12"],
  ),
  openssl("openssl_hello_retry", ["-groups", "P-384"], ["-groups", "X25519:P-384"]),
  openssl("openssl_dtls12", ["-dtls1_2", "-listen"], ["-dtls1_2", "-mtu", "1400"]),
  openssl("openssl_dtls12_small", ["-dtls1_2", "-mtu", "256"], ["-dtls1_2", "-mtu", "256"]),
  {
    name: "starttls",
    servers: startTlsServers,
    filter: "tcp port 25 or tcp port 110 or tcp port 5432",
    talk: async (lab) => {
      for (const [protocol, port] of STARTTLS) {
        const name = protocol === "pgsql" ? "postgres" : protocol;
        const command = `openssl s_client -starttls ${name} -connect ${SERVER}:${port}`;
        await lab.client("sh", "-c", `(sleep 1; echo Q) | timeout 5 ${command}`);
      }
      await lab.client("timeout", "5", "psql", `host=${SERVER} sslmode=require`, "-c", "select 1");
    },
  },
  {
    name: "proxies",
    servers: async (lab) => {
      const config = `${lab.folder}/tinyproxy.conf`;
      await Deno.writeTextFile(config, "Port 8888\nTimeout 10\nLogLevel Critical\n");
      return [
        await startNginx(lab),
        await lab.serve(1080, "microsocks", "-p", "1080", "-u", "me", "-P", "secret"),
        await lab.serve(8888, "tinyproxy", "-d", "-c", config),
      ];
    },
    filter: "tcp port 1080 or tcp port 8888",
    talk: async (lab) => {
      for (const proxy of [`socks5h://me:secret@${SERVER}:1080`, `http://${SERVER}:8888`]) {
        await lab.client("curl", "-sk", "--proxy", proxy, URL);
      }
    },
  },
];
