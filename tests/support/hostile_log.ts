/** A JSON log as decoys and rotators leave it: it grows, is renamed and truncated, and holds garbage. */

/** What stands between the lines of a log that has seen crashes and attackers. */
const GARBAGE = [
  "",
  "[1]",
  "null",
  "\u0000\u0000\u0000\u0000",
  '{"timestamp":',
  '{"timestamp":"soon","event_type":"x","attacker_ip":"127.99.0.9","fields":{}}',
  "<134>1 2026-01-01T00:00:00Z web ssh - auth [x]",
  "x".repeat(70_000),
];

/** Writes a log. */
export class HostileLog {
  readonly path: string;
  #rotations = 0;
  #garbage = 0;

  constructor(path: string) {
    this.path = path;
    Deno.writeTextFileSync(path, "");
  }

  /** An event that proves that `address` has spoken with a decoy. */
  static sighting(address: string): string {
    return line({ service: "ssh", attacker_ip: address, fields: { src_ip: address } });
  }

  /** Lines that name `address` and must make no target of it. */
  static mentions(address: string): string[] {
    const fields = { src_ip: address };
    return [
      line({ service: "prober", attacker_ip: address, fields: { target_ip: address } }),
      line({ service: "sniffer", attacker_ip: address, fields }),
      line({ service: "tftp", attacker_ip: address, fields }),
      line({ service: "ssh", attacker_ip: address, fields: { command: `ping ${address}` } }),
      line({ service: "ssh", attacker_ip: "Unknown", fields: {}, msg: `from ${address}` }),
    ];
  }

  /** Appends lines with garbage between them. */
  append(lines: readonly string[]): void {
    const mixed = lines.flatMap((text, index) =>
      index % 5 === 0 ? [GARBAGE[this.#garbage++ % GARBAGE.length]!, text] : [text]
    );
    Deno.writeTextFileSync(this.path, mixed.map((text) => `${text}\n`).join(""), { append: true });
  }

  /** Appends a line in two halves with `between` in the middle; it may rename the log, not cut it. */
  async appendInHalves(text: string, between: () => Promise<void>): Promise<void> {
    using file = Deno.openSync(this.path, { append: true });
    const bytes = new TextEncoder().encode(`${text}\n`);
    const middle = bytes.length >> 1;
    file.writeSync(bytes.subarray(0, middle));
    await between();
    file.writeSync(bytes.subarray(middle));
  }

  /** Renames the log as logrotate does, and starts a new one. */
  rename(): void {
    for (let index = this.#rotations++; index > 0; index--) {
      Deno.renameSync(`${this.path}.${index}`, `${this.path}.${index + 1}`);
    }
    Deno.renameSync(this.path, `${this.path}.1`);
    Deno.writeTextFileSync(this.path, "");
  }

  /** Copies the log away and empties it. */
  copyTruncate(): void {
    for (let index = this.#rotations++; index > 0; index--) {
      Deno.renameSync(`${this.path}.${index}`, `${this.path}.${index + 1}`);
    }
    Deno.copyFileSync(this.path, `${this.path}.1`);
    Deno.truncateSync(this.path);
  }
}

function line(
  more: { service: string; attacker_ip: string; fields: Record<string, string>; msg?: string },
): string {
  return JSON.stringify({
    timestamp: new Date().toISOString(),
    decky: "web",
    event_type: "auth_attempt",
    ...more,
  });
}
