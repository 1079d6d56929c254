/** Tools by what they say of themselves. A name is a guess: anybody may say anything. */

/** A tool, and the piece of text that gives it away, in lower case. */
export interface ToolRule {
  readonly tool: string;
  readonly piece: string;
  /** True when the text has to begin with it. */
  readonly atStart?: boolean;
}

/** In HTTP user agents. */
export const USER_AGENT_RULES: readonly ToolRule[] = [
  { tool: "nmap", piece: "nmap scripting engine" },
  { tool: "nikto", piece: "nikto" },
  { tool: "sqlmap", piece: "sqlmap" },
  { tool: "nuclei", piece: "nuclei" },
  { tool: "masscan", piece: "masscan" },
  { tool: "zgrab", piece: "zgrab" },
  { tool: "metasploit", piece: "metasploit" },
  { tool: "python-requests", piece: "python-requests" },
  { tool: "gobuster", piece: "gobuster" },
  { tool: "dirbuster", piece: "dirbuster" },
  { tool: "hydra", piece: "hydra" },
  { tool: "wfuzz", piece: "wfuzz" },
  { tool: "curl", piece: "curl/", atStart: true },
  { tool: "wget", piece: "wget/", atStart: true },
  { tool: "go-http-client", piece: "go-http-client/", atStart: true },
  { tool: "ffuf", piece: "fuzz faster u fool" },
  { tool: "feroxbuster", piece: "feroxbuster" },
  { tool: "wpscan", piece: "wpscan" },
  { tool: "httpx", piece: "httpx - open-source project" },
  { tool: "censys", piece: "censysinspect" },
  { tool: "shodan", piece: "shodan" },
  { tool: "expanse", piece: "expanse" },
  { tool: "aiohttp", piece: "aiohttp/" },
];

/** In the X-Mailer header. */
export const MAILER_RULES: readonly ToolRule[] = [{ tool: "gophish", piece: "gophish" }];

/** In SSH identification strings of clients (RFC 4253 4.2). */
export const SSH_BANNER_RULES: readonly ToolRule[] = [
  { tool: "libssh", piece: "ssh-2.0-libssh" },
  { tool: "paramiko", piece: "ssh-2.0-paramiko" },
  { tool: "go-ssh", piece: "ssh-2.0-go", atStart: true },
  { tool: "asyncssh", piece: "ssh-2.0-asyncssh" },
  { tool: "putty", piece: "ssh-2.0-putty" },
  { tool: "jsch", piece: "ssh-2.0-jsch" },
  { tool: "nmap", piece: "nmap-ssh" },
  { tool: "zgrab", piece: "ssh-2.0-zgrab" },
  { tool: "medusa", piece: "medusa" },
  { tool: "dropbear", piece: "ssh-2.0-dropbear" },
  { tool: "russh", piece: "ssh-2.0-russh" },
];

/** Cadence of command-and-control clients as they come: mean interval and jitter, each with its tolerance. */
export interface BeaconRule {
  readonly tool: string;
  readonly seconds: number;
  readonly secondsOff: number;
  readonly cv: number;
  readonly cvOff: number;
}

/** From DECNET's profiler. */
export const BEACON_RULES: readonly BeaconRule[] = [
  { tool: "cobalt_strike", seconds: 60, secondsOff: 8, cv: 0.2, cvOff: 0.05 },
  { tool: "sliver", seconds: 60, secondsOff: 10, cv: 0.3, cvOff: 0.08 },
  { tool: "havoc", seconds: 45, secondsOff: 8, cv: 0.1, cvOff: 0.03 },
  { tool: "mythic", seconds: 30, secondsOff: 6, cv: 0.15, cvOff: 0.03 },
];

/** Labels of the sniffer's TCP stacks that are tools, not systems. */
export const STACK_TOOLS: ReadonlySet<string> = new Set(["nmap", "masscan", "zmap"]);

/** The tools that `text` names. */
export function toolsIn(text: string, rules: readonly ToolRule[]): string[] {
  const lower = text.toLowerCase();
  return rules
    .filter(({ piece, atStart }) => atStart ? lower.startsWith(piece) : lower.includes(piece))
    .map(({ tool }) => tool);
}
