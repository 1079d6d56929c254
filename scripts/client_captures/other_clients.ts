/** Clients of SSH, HTTP and DHCP, and scanners. */
import { CLIENT_LINK, type Lab, pause, SERVER, SERVER6, SERVER_MAC, SERVER_NAME } from "./lab.ts";
import type { Scenario } from "./scenario.ts";
import { startDropbear, startNginx, startOpenssh } from "./servers.ts";

const DROPBEAR_PORT = 2222;

const ssh = (lab: Lab, host: string, ...options: string[]) =>
  lab.client(
    ...["timeout", "10", "ssh", "-F", "/dev/null", "-o", "StrictHostKeyChecking=no"],
    ...["-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"],
    ...["-i", `${lab.folder}/ssh_user_key`, ...options, `root@${host}`, "true"],
  );

const dbclient = (lab: Lab, port: number) =>
  lab.client("timeout", "10", "dbclient", "-y", "-y", "-p", `${port}`, `root@${SERVER}`, "true");

export const SSH_CLIENTS: readonly Scenario[] = [
  {
    name: "openssh",
    servers: async (lab) => [await startOpenssh(lab)],
    filter: "tcp port 22",
    talk: async (lab) => {
      await ssh(lab, SERVER);
      await ssh(lab, SERVER6, "-c", "aes128-ctr", "-m", "hmac-sha2-512", "-C");
    },
  },
  {
    name: "dropbear",
    servers: async (lab) => [await startDropbear(lab, DROPBEAR_PORT), await startOpenssh(lab)],
    filter: `tcp port 22 or tcp port ${DROPBEAR_PORT}`,
    talk: async (lab) => {
      await dbclient(lab, DROPBEAR_PORT);
      await dbclient(lab, 22);
      await ssh(lab, SERVER, "-p", `${DROPBEAR_PORT}`);
    },
  },
  {
    name: "nmap_ssh",
    servers: async (lab) => [await startOpenssh(lab)],
    filter: "tcp port 22",
    talk: (lab) => lab.client("nmap", "-n", "-Pn", "-p22", "--script", "ssh2-enum-algos", SERVER),
  },
];

const PLAIN = `http://${SERVER_NAME}/`;

const PYTHON = `import urllib.request
urllib.request.urlopen(urllib.request.Request("${PLAIN}p", data=b"a=1")).read()`;

export const HTTP_CLIENTS: readonly Scenario[] = [
  {
    name: "http",
    servers: async (lab) => [await startNginx(lab)],
    filter: "tcp port 80 or tcp port 8080",
    talk: async (lab) => {
      await lab.client("curl", "-s", PLAIN);
      await lab.client(
        ...["curl", "-s", "-b", "z=1; a=2; m=x=y", "-e", "http://from.example/", "-A", "made/1"],
        ...["-H", "Accept-Language: de-CH, de;q=0.9", `${PLAIN}page`, `${PLAIN}next`],
      );
      await lab.client("curl", "-s", "--http1.0", "-X", "PUT", "-d", "body", PLAIN);
      await lab.client("curl", "-s", "-I", "-X", "OPTIONS", PLAIN);
      await lab.client("wget", "-q", "-O", "/dev/null", PLAIN);
      await lab.client("python3", "-c", PYTHON);
      await lab.client("node", "-e", `fetch("${PLAIN}").then((response) => response.text())`);
      await lab.client("deno", "eval", `await (await fetch("${PLAIN}")).text()`);
    },
  },
  {
    name: "http2_clear",
    servers: async (lab) => [await startNginx(lab)],
    filter: "tcp port 8080",
    talk: (lab) =>
      lab.client(
        ...[
          "curl",
          "-s",
          "--http2-prior-knowledge",
          "-b",
          "b=2; a=1",
          "-e",
          "http://from.example/",
        ],
        ...["-H", "Accept-Language: en-GB,en;q=0.5", `http://${SERVER_NAME}:8080/`],
      ),
  },
];

/** A scan of nginx and OpenSSH. */
function scan(name: string, ...command: [string, ...string[]]): Scenario {
  return {
    name,
    servers: async (lab) => [await startNginx(lab), await startOpenssh(lab)],
    filter: `host ${SERVER} and (tcp or udp)`,
    talk: (lab) => lab.client(...command),
  };
}

export const SCANNERS: readonly Scenario[] = [
  scan("nmap_syn", "nmap", "-n", "-Pn", "-sS", "-p20-45,80,443", SERVER),
  scan("nmap_connect", "nmap", "-n", "-Pn", "-sT", "-p20-45,80,443", SERVER),
  scan("nmap_os", "nmap", "-n", "-Pn", "-O", "-p22,80,81", SERVER),
  scan("nmap_versions", "nmap", "-n", "-Pn", "-sV", "-p22,80,443", SERVER),
  scan(
    "masscan",
    ...["masscan", SERVER, "-p20-45,80,443", "--rate", "500", "--wait", "1", "--seed", "7"],
    ...["-e", CLIENT_LINK, "--router-mac", SERVER_MAC.replaceAll(":", "-")],
  ),
  scan(
    "zmap",
    ...["zmap", "-q", "-p", "80", "-i", CLIENT_LINK, "-G", SERVER_MAC, "-b", "/dev/null"],
    ...["-S", "192.0.2.1", "-c", "1", "-r", "100", "-o", "/dev/null", `${SERVER}/32`],
  ),
];

async function dhcpServer(lab: Lab): Promise<readonly AsyncDisposable[]> {
  const server = await lab.serve(
    0,
    ...["dnsmasq", "-k", "-p", "0", "--conf-file=/dev/null", "--interface=far", "--user=root"],
    ...["--leasefile-ro", "--dhcp-authoritative", "--dhcp-range=192.0.2.100,192.0.2.150,1h"],
    ...["--dhcp-range=2001:db8::100,2001:db8::150,64,1h", `--pid-file=${lab.folder}/dnsmasq.pid`],
  );
  // It says nowhere when it listens.
  await pause(1000);
  return [server];
}

/** dhclient, which changes nothing on the link, and asks for what Debian asks for. */
async function dhclient(lab: Lab, version: "-4" | "-6"): Promise<void> {
  const at = (name: string) => `${lab.folder}/dhclient${version}.${name}`;
  await Deno.writeTextFile(
    at("conf"),
    `send host-name "client";
request subnet-mask, broadcast-address, time-offset, routers, domain-name, domain-name-servers,
  domain-search, host-name, dhcp6.name-servers, dhcp6.domain-search, dhcp6.fqdn, dhcp6.sntp-servers,
  netbios-name-servers, netbios-scope, interface-mtu, rfc3442-classless-static-routes, ntp-servers;
`,
  );
  await lab.client(
    ...["timeout", "10", "dhclient", version, "-1", "-d", "-sf", "/bin/true", "-cf", at("conf")],
    ...["-lf", at("leases"), "-pf", at("pid"), CLIENT_LINK],
  );
}

export const DHCP_CLIENTS: readonly Scenario[] = [
  {
    name: "dhcp",
    servers: dhcpServer,
    filter: "udp port 67 or udp port 68",
    talk: async (lab) => {
      await dhclient(lab, "-4");
      await lab.client(
        ...["timeout", "10", "udhcpc", "-i", CLIENT_LINK, "-s", "/bin/true", "-q", "-n", "-f"],
      );
    },
  },
  {
    name: "dhcpv6",
    servers: dhcpServer,
    filter: "udp port 546 or udp port 547",
    talk: (lab) => dhclient(lab, "-6"),
  },
];
