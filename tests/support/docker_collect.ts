/** `decnet collect` on containers of a real engine, and what it makes of their lines. */
import assert from "node:assert/strict";
import type { TestEngine } from "../../scripts/test_engine.ts";
import { engineLog, numberedScript } from "./docker_engine.ts";
import { RunningDecnet } from "./running_decnet.ts";

const POLL_MS = 20;

/** Far beyond what any wait takes. */
const NEVER_AFTER_MS = 180_000;

const NEWLINE = 0x0a;

/** Label of DECNET's service containers. */
export const FLEET: Readonly<Record<string, string>> = { "decnet.fleet.service": "true" };

/** A container of the fleet, as its index makes it: terminals, both streams, a log that is rotated often. */
export class Decoy {
  readonly log: string[] = [];
  #id = "";

  constructor(
    readonly engine: TestEngine,
    readonly index: number,
    readonly generation = 1,
  ) {}

  get name(): string {
    return `d${this.index}-ssh`;
  }

  /** Stands before each line. */
  get prefix(): string {
    return `d${this.index}.${this.generation}`;
  }

  get #tty(): boolean {
    return this.index % 5 === 1;
  }

  async create(): Promise<void> {
    const { index } = this;
    this.#id = await this.engine.create({
      name: this.name,
      labels: FLEET,
      tty: this.#tty,
      script: numberedScript({
        prefix: `${this.prefix} `,
        burst: 1 + index % 3 * 10,
        microseconds: 100_000 + index * 5000,
        ...(index % 5 === 4 ? { stderrEach: 3 } : {}),
      }),
      // Files that are full faster than a busy machine reads on would lose lines within the engine itself.
      logOptions: index % 4 === 3 ? { "max-size": "20k", "max-file": "100" } : {},
    });
  }

  async post(action: string): Promise<void> {
    await this.engine.call("POST", `/containers/${this.#id}/${action}`);
  }

  /** Pauses it, where the system can: on a busy one that may fail. */
  async pause(): Promise<void> {
    await this.engine.request("POST", `/containers/${this.#id}/pause`);
  }

  async remove(): Promise<void> {
    await this.engine.call("DELETE", `/containers/${this.#id}?force=1`);
  }

  /** What the engine has of its log now. */
  async keep(): Promise<number> {
    this.log.splice(0, Infinity, ...await engineLog(this.engine, this.#id, this.#tty));
    return this.log.length;
  }
}

/** What `decnet collect` wrote, over all its runs. */
export class Collection {
  readonly #folder: string;
  readonly #host: string;
  /** Lines of the .log by their prefixes, and the bytes that hold them. */
  readonly #seen = new Map<string, number>();
  #seenBytes = 0;

  /** @param host as DOCKER_HOST names it */
  constructor(folder: string, host: string) {
    this.#folder = folder;
    this.#host = host;
  }

  run(...args: string[]): RunningDecnet {
    const base = `${this.#folder}/decnet`;
    const state = `${this.#folder}/state.db`;
    return new RunningDecnet(
      ["collect", "--stderr", "--out", base, "--state", state, "--sensor", "s", ...args],
      { env: { DOCKER_HOST: this.#host } },
    );
  }

  /** Waits until a run has its state open: by then it listens to signals, which end it before. */
  async isOpen(running: RunningDecnet): Promise<void> {
    const state = `${this.#folder}/state.db`;
    const folder = `/proc/${running.pid}/fd`;
    await this.until(async () => {
      const paths = await Array.fromAsync(
        Deno.readDir(folder),
        ({ name }) => Deno.readLink(`${folder}/${name}`).catch(() => ""),
      );
      return paths.includes(state);
    });
  }

  /** Lines of decoys, not those of the collector itself. */
  async lines(): Promise<string[]> {
    return (await this.#read("log")).filter((line) => line.startsWith("d"));
  }

  /** All events. */
  async events(): Promise<Record<string, unknown>[]> {
    return (await this.#read("json")).map((line) => JSON.parse(line));
  }

  /** Waits until something holds. @throws {AssertionError} when it never does */
  async until(condition: () => Promise<boolean>): Promise<void> {
    const giveUpAt = performance.now() + NEVER_AFTER_MS;
    while (!await condition()) {
      assert.ok(performance.now() < giveUpAt, `never: ${condition}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Waits for so many more lines. */
  async more(count: number): Promise<void> {
    await this.atLeast(await this.#count() + count);
  }

  /** Waits until there are so many lines. */
  async atLeast(count: number): Promise<void> {
    await this.until(async () => await this.#count() >= count);
  }

  /** Waits until all that a container has printed is there. */
  async has(decoy: Decoy): Promise<void> {
    const count = await decoy.keep();
    try {
      await this.until(async () => await this.#count(decoy.prefix) >= count);
    } catch {
      // Tells which lines are missing.
      const start = `${decoy.prefix} `;
      const own = (await this.lines()).filter((line) => line.startsWith(start));
      assert.deepEqual(own, decoy.log);
    }
  }

  /** Every line of these is there once, in its order, in both files; and nothing else. */
  async check(decoys: readonly Decoy[]): Promise<void> {
    const lines = byPrefix(await this.lines());
    const events = (await this.events()).filter(({ event_type: type }) => type === "raw_line");
    const raw = byPrefix(events.map(({ raw_line: line }) => String(line)));
    for (const { prefix, log } of decoys) {
      assert.deepEqual(lines.get(prefix), log);
      assert.deepEqual(raw.get(prefix), log);
    }
    assert.deepEqual([...lines.keys()].sort(), decoys.map(({ prefix }) => prefix).sort());
    assert.ok(events.every(({ decky }) => /^(?:d\d+|sigma)$/.test(String(decky))));
    const ids = (await this.events()).map(({ event_id: id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  }

  /** Text of one of the files. */
  async text(kind: "log" | "json"): Promise<string> {
    return await Deno.readTextFile(`${this.#folder}/decnet.${kind}`).catch(() => "");
  }

  /** Lines of decoys, or of one; reads on where the last look ended, for those who look often. */
  async #count(prefix?: string): Promise<number> {
    await this.#look();
    if (prefix !== undefined) return this.#seen.get(prefix) ?? 0;
    return this.#seen.values().reduce((sum, count) => sum + count, 0);
  }

  async #look(): Promise<void> {
    const path = `${this.#folder}/decnet.log`;
    const bytes = (await Deno.readFile(path).catch(() => new Uint8Array())).subarray(
      this.#seenBytes,
    );
    const whole = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
    this.#seenBytes += whole.length;
    for (const line of new TextDecoder().decode(whole).split("\n")) {
      if (!line.startsWith("d")) continue;
      const prefix = line.slice(0, line.indexOf(" "));
      this.#seen.set(prefix, (this.#seen.get(prefix) ?? 0) + 1);
    }
  }

  async #read(kind: "log" | "json"): Promise<string[]> {
    const text = await this.text(kind);
    return text.split("\n").slice(0, -1);
  }
}

function byPrefix(lines: readonly string[]): Map<string, string[]> {
  return Map.groupBy(lines, (line) => line.slice(0, line.indexOf(" ")));
}

/** Numbers of a container's lines, without what stands before them. */
export function numbersOf({ log, prefix }: Decoy): string[] {
  return log.map((line) => line.slice(prefix.length + 1));
}
