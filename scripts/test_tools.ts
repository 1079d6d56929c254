/** The system tools that tests run against, and where they come from. */

/** A tool of the system. */
export interface TestTool {
  /** The command that shows that it is there. */
  readonly command: string;
  /** Debian packages that bring it, the first that exists is taken. */
  readonly packages: readonly string[];
}

/** Every tool that a test may need. */
export const TEST_TOOLS = [
  { command: "nginx", packages: ["nginx-light", "nginx"] },
  { command: "apache2", packages: ["apache2"] },
  { command: "haproxy", packages: ["haproxy"] },
  { command: "lighttpd", packages: ["lighttpd"] },
  { command: "python3", packages: ["python3"] },
  { command: "sshd", packages: ["openssh-server"] },
  { command: "ssh-keygen", packages: ["openssh-client"] },
  { command: "dropbear", packages: ["dropbear-bin"] },
  { command: "openssl", packages: ["openssl"] },
  { command: "curl", packages: ["curl"] },
  { command: "nmap", packages: ["nmap"] },
  { command: "groff", packages: ["groff"] },
  { command: "chromium", packages: ["chromium"] },
  { command: "nats-server", packages: ["nats-server"] },
  { command: "clickhouse-server", packages: ["clickhouse-server"] },
  { command: "postgres", packages: ["postgresql"] },
  { command: "certtool", packages: ["gnutls-bin"] },
  { command: "stunnel4", packages: ["stunnel4"] },
  { command: "script", packages: ["bsdutils"] },
  { command: "strace", packages: ["strace"] },
  { command: "ip", packages: ["iproute2"] },
  { command: "nft", packages: ["nftables"] },
  // Brings libpcap, which live capture needs.
  { command: "tcpdump", packages: ["tcpdump"] },
  { command: "systemd-analyze", packages: ["systemd"] },
  { command: "tshark", packages: ["tshark"] },
  { command: "jq", packages: ["jq"] },
  // Brings containerd and runc.
  { command: "dockerd", packages: ["docker.io"] },
  { command: "busybox", packages: ["busybox-static"] },
  // The first brings the second, and TLS.
  { command: "rsyslogd", packages: ["rsyslog-gnutls", "rsyslog"] },
  { command: "logrotate", packages: ["logrotate"] },
  { command: "tmux", packages: ["tmux"] },
  { command: "unshare", packages: ["util-linux"] },
  { command: "nsenter", packages: ["util-linux"] },
  { command: "setpriv", packages: ["util-linux"] },
  { command: "prlimit", packages: ["util-linux"] },
] as const satisfies readonly TestTool[];

/** Command of a tool in the table. */
export type ToolCommand = (typeof TEST_TOOLS)[number]["command"];

/** Servers are not on the PATH of ordinary users. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Debian keeps the versions of PostgreSQL apart, each in `VERSION/bin` below this. */
const POSTGRES_FOLDER = "/usr/lib/postgresql";

/** Absolute path of `command`, or undefined when it is not installed. */
export function findCommand(command: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return [...folders, ...SYSTEM_FOLDERS, ...postgresFolders()]
    .map((folder) => `${folder}/${command}`)
    .find(isExecutable);
}

/** The newest version first. */
function postgresFolders(): string[] {
  try {
    return [...Deno.readDirSync(POSTGRES_FOLDER)].map(({ name }) => name)
      .sort((one, other) => Number(other) - Number(one))
      .map((name) => `${POSTGRES_FOLDER}/${name}/bin`);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}
