/** A collector in a world where disks fill, processes die and files are rotated, step by step. */
import { setImmediate } from "node:timers";
import { Collector } from "../../lib/collect/collector.ts";
import { CheckpointStore } from "../../lib/collect/checkpoint_store.ts";
import { HeldBack } from "../../lib/collect/held_back.ts";
import { Ledger } from "../../lib/collect/ledger.ts";
import { Limiter } from "../../lib/collect/limiter.ts";
import { PairOutput } from "../../lib/collect/output.ts";
import { recover } from "../../lib/collect/recovery.ts";
import { rotateFiles } from "../../lib/collect/rotate.ts";
import type { SourceLine } from "../../lib/collect/source.ts";
import { freshCounters } from "../../lib/collect/stats.ts";
import { type AppendFile, openAppendFile } from "../../lib/event/append_file.ts";
import { LogPair, logPaths } from "../../lib/event/log_pair.ts";
import { FakeCollectClock } from "./fake_collect_clock.ts";
import type { WholeFile } from "../../lib/collect/whole_file.ts";
import type { SeededRandom } from "./log_random.ts";
import { MortalStore } from "./mortal_store.ts";

/** Was thrown where the process died. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** Calls by which the output is written, and what the system may answer when they fail. */
const CODES = {
  open: ["EIO", "EROFS", "EACCES", "ENOSPC", "EMFILE"],
  write: ["ENOSPC", "EIO", "EROFS", "EINTR", "EDQUOT"],
  read: ["EIO"],
  truncate: ["EIO", "EROFS"],
  position: ["EIO"],
} as const;

/** One of these calls. */
type Call = keyof typeof CODES;

/** Calls that are still to fail, and how. */
interface Fault {
  readonly call: Call;
  readonly code: string;
  times: number;
}

/** The disk, as the process that runs now sees it. */
interface Disk {
  isReadOnly: boolean;
  fault: Fault | undefined;
  /** Half lines that could not be cut off, as they were left. */
  readonly halves: Set<string>;
  /** Bytes that fit on it still. */
  room: number;
  /** Bytes that the process still writes before it dies. */
  untilDeath: number;
  isDead: boolean;
}

/** A stream of lines, all that it will ever give. */
export interface ModelStream {
  readonly key: string;
  readonly decky: string;
  /** False where nobody gives lines twice. */
  readonly resumes: boolean;
  readonly lines: SourceLine[];
  /** Lines that the process that runs now was given. */
  given: number;
  isWaiting: boolean;
}

/** The process that runs now. */
interface Process {
  readonly collector: Collector;
  readonly output: PairOutput;
  readonly ledger: Ledger;
  readonly disk: Disk;
  readonly store: MortalStore;
  readonly clock: FakeCollectClock;
}

/** Bytes at which the collector itself rotates. */
const MAX_SIZE = 6000;

/** More than any sequence rotates. */
const KEEP = 200;

const WINDOW = 1000;

export class CollectWorld {
  readonly base: string;
  readonly history: string[] = [];
  readonly streams: readonly ModelStream[];
  /** Lines of another verb that are in the output for good. */
  readonly foreign: string[] = [];
  /** What somebody has cut off the files. */
  readonly removed = { log: [] as string[], json: [] as string[] };
  isPowerLost = false;
  /**
   * Half lines that could not be cut off at once: a rotated file may end in one, and another verb have ended
   * it.
   */
  readonly halves = new Set<string>();
  /**
   * A file was emptied and the process died before it had stored anything since: of the lines that were
   * written meanwhile no one knows whether they are gone.
   */
  mayDouble = false;
  /** What was last remembered was lost at a time, also what the limiter had counted. */
  isCursorLost = false;
  readonly #random: SeededRandom;
  readonly #state = new Map<string, string>();
  #room = Infinity;
  #isReadOnly = false;
  #syncFailures = 0;
  /** What was stored when a file was emptied. */
  #emptied: string | undefined;
  #process: Process | undefined;
  #time = 1_777_785_171_000_000;
  /** The durable cursor as it was when what it knows was copied away. */
  #copy: string | undefined;
  #staleCopy: string | undefined;
  #number = 0;

  constructor(folder: string, random: SeededRandom) {
    this.base = `${folder}/out`;
    this.#random = random;
    this.streams = ["a", "b", "c", "stdin"].map((name) => ({
      key: name === "stdin" ? name : `docker/${name}`,
      decky: name,
      resumes: name !== "stdin",
      lines: [],
      given: 0,
      isWaiting: false,
    }));
  }

  /** One step by chance. */
  async step(): Promise<void> {
    if (this.#process === undefined || this.#process.disk.isDead) return await this.start();
    await this.#random.pick<() => void | Promise<void>>([
      ...Array(6).fill(() => this.#emit()),
      ...Array(8).fill(() => this.#give()),
      ...Array(6).fill(() => this.#turn()),
      ...Array(4).fill(() => this.#wait(300)),
      () => this.#wait(5000),
      () => this.#wait(11_000),
      () => this.#foreignLine(),
      () => this.#rotateByRename(),
      () => this.#rotateByCopy(),
      () => this.#reopen(),
      () => this.#fillDisk(),
      () => this.#freeDisk(),
      () => this.#freeDisk(),
      () => this.#makeReadOnly(),
      () => this.#failCalls(),
      () => this.#failCalls(),
      () => this.#failSync(),
      () => this.#truncate(),
      () => this.#stepClock(),
      () => this.#restart(),
      () => this.#failState(),
      () => this.#dieSoon(),
      () => this.#dieInCommit(),
      () => this.#die(),
      () => this.#loseNewest(),
      () => this.#losePower(),
    ])();
  }

  /** Lets everything come to an end: each line that can be had is taken. */
  async finish(): Promise<void> {
    this.#freeDisk();
    if (this.#process === undefined || this.#process.disk.isDead) await this.start();
    const { disk, store } = this.#process!;
    disk.untilDeath = Infinity;
    disk.fault = undefined;
    this.#syncFailures = 0;
    store.heal();
    for (let round = 0; round < 100; round++) {
      this.#give();
      await this.#wait(6000);
      if (this.streams.every(({ given, lines }) => given === lines.length)) break;
    }
    const { collector, output } = this.#process!;
    await collector.finish();
    output.close();
    this.#process = undefined;
  }

  /** Lines of all files of one kind, the oldest first; the last has no end if it is torn. */
  lines(kind: "log" | "json"): string[] {
    const path = logPaths(this.base)[kind];
    const texts: string[] = [];
    for (let number = 0;; number++) {
      try {
        texts.unshift(Deno.readTextFileSync(number === 0 ? path : `${path}.${number}`));
      } catch {
        if (number > 0) break;
      }
    }
    // Each file for itself: a torn line must not be hidden by the next file.
    return texts.flatMap((text, index) => {
      const lines = text.split("\n");
      const rest = lines.pop();
      if (rest === "" || rest === undefined) return lines;
      if (!this.halves.has(rest) || index === texts.length - 1) return [...lines, `torn: ${rest}`];
      // What lacks but its newline in a rotated file is there, unless the whole line came later.
      return texts.some((other) => other.includes(`${rest}\n`)) ? lines : [...lines, rest];
    });
  }

  /** A new process, after the last one has died. */
  async start(): Promise<void> {
    this.#note("start");
    // As the system does it when a process has died.
    this.#process?.output.close();
    this.#process?.ledger.close();
    this.mayDouble ||= this.#emptied === [...this.#state.values()].join();
    this.#emptied = undefined;
    const disk: Disk = {
      ...{ room: this.#room, isReadOnly: this.#isReadOnly, fault: undefined },
      ...{ untilDeath: Infinity, isDead: false, halves: this.halves },
    };
    const store = new MortalStore(this.#state, () => {
      disk.isDead = true;
      return new Killed("killed");
    }, () => disk.isDead);
    const clock = new FakeCollectClock(this.#time);
    const held = new HeldBack();
    const output = new PairOutput(this.base, { open: (path) => mortalFile(path, disk) });
    const checkpoints = new CheckpointStore(store, "collect/x", this.#mortalCopy(disk));
    const stored = await checkpoints.load();
    const { checkpoint, back } = await recover({
      base: this.base,
      stored,
      resumes: true,
      stable: 0,
      message: (level, text) => this.#note(`${level}: ${text.replaceAll(this.base, "out")}`),
    });
    this.isCursorLost ||= checkpoint !== stored.newest || checkpoint === undefined && back.size > 0;
    const ledger = new Ledger({
      ...{ base: this.base, store: checkpoints, held, checkpoint },
      sync: () => this.#syncFailures-- > 0 ? Promise.reject(failure("EIO")) : Promise.resolve(),
    });
    const collector = new Collector({
      sensor: "s",
      limiter: new Limiter({ window: WINDOW * 1000, types: ["connect"] }),
      window: WINDOW,
      held,
      counters: freshCounters(),
      dropApps: new Set(["noise"]),
      guessIp: false,
      zoneOffset: 0,
      output,
      ledger,
      back,
      sdId: undefined,
      onCommitted: ({ log, json }) => {
        if (disk.isDead || Math.max(log.size, json.size) < MAX_SIZE) return;
        this.#note("rotates itself");
        rotateFiles([logPaths(this.base).log, logPaths(this.base).json], KEEP);
      },
      message: (level, text) => this.#note(`${level}: ${text.replaceAll(this.base, "out")}`),
      clock,
    });
    this.#process = { collector, output, ledger, disk, store, clock };
    for (const stream of this.streams) {
      stream.isWaiting = false;
      if (!stream.resumes) continue;
      const position = collector.resume(stream.key);
      stream.given = typeof position === "number" ? position : 0;
    }
    // As it is due at once.
    await collector.commitNow();
  }

  #emit(): void {
    const stream = this.#random.pick(this.streams);
    const count = 1 + this.#random.below(8);
    for (let index = 0; index < count; index++) stream.lines.push(this.#line(stream));
  }

  #line({ decky, lines }: ModelStream): SourceLine {
    const number = lines.length;
    this.#time += 10_000;
    const header = `<134>1 ${new Date(this.#time / 1000).toISOString()} ${decky} ssh -`;
    const text = this.#random.pick([
      `${header} login [r@1 n="${number}" src_ip="192.0.2.1"]`,
      `${header} login [r@1 n="${number}" src_ip="192.0.2.1"] ${"long ".repeat(60)}`,
      `${header} connect [r@1 n="${number}" src_ip="192.0.2.1"]`,
      `${header} connect [r@1 n="${number}" src_ip="192.0.2.${this.#random.below(3)}"]`,
      `${header.replace(" ssh ", " noise ")} login [r@1 n="${number}"]`,
      `${decky} raw ${number} \u001b[31m\u00e9`,
      `${decky} again`,
    ]);
    return { text, time: this.#time, place: String(number) };
  }

  /** Hands each stream's next lines over, as many as it likes. */
  #give(): void {
    const { collector } = this.#process!;
    for (const stream of this.streams) {
      const { key, decky, lines, given, isWaiting, resumes } = stream;
      const count = this.#random.below(12);
      const next = lines.slice(given, given + count);
      if (isWaiting || next.length === 0) continue;
      stream.given += next.length;
      stream.isWaiting = true;
      const process = this.#process;
      collector.lines({
        key,
        origin: { decky, service: resumes ? "ssh" : undefined, container: undefined },
        lines: next,
        position: resumes ? stream.given : undefined,
      }).then(() => {
        if (this.#process === process) stream.isWaiting = false;
      }, () => {});
    }
  }

  /** What is due at once. */
  async #turn(): Promise<void> {
    for (let count = 0; count < 3; count++) await new Promise<void>((done) => setImmediate(done));
  }

  async #wait(millis: number): Promise<void> {
    const { clock, collector } = this.#process!;
    await this.#turn();
    this.#time += millis * 1000;
    clock.advance(millis);
    await collector.settled();
    await this.#turn();
  }

  #foreignLine(): void {
    const line = `<134>1 2026-01-01T00:00:00Z other probe - foreign [r@1 n="${this.#number++}"]`;
    const pair = new LogPair(this.base);
    try {
      if (this.#room !== Infinity) return;
      pair.append([{ line, json: JSON.stringify({ foreign: line }) }]);
      this.foreign.push(line);
    } finally {
      pair.close();
    }
  }

  #rotateByRename(): void {
    this.#note("rotated by rename");
    const { log, json } = logPaths(this.base);
    rotateFiles(this.#random.pick([[log, json], [log], [json]]), KEEP);
  }

  /** As logrotate's copytruncate does it; here nobody writes in between. */
  #rotateByCopy(): void {
    const path = this.#random.pick(Object.values(logPaths(this.base)));
    let text: Uint8Array;
    try {
      text = Deno.readFileSync(path);
    } catch {
      return;
    }
    this.#note("rotated by copy");
    this.#staleCopy = this.#copy;
    const aside = `${path}.live`;
    Deno.renameSync(path, aside);
    Deno.writeFileSync(path, text);
    rotateFiles([path], KEEP);
    Deno.renameSync(aside, path);
    Deno.truncateSync(path, 0);
  }

  #reopen(): void {
    this.#process!.output.close();
  }

  #fillDisk(): void {
    this.#room = this.#random.below(2000);
    this.#note(`disk has ${this.#room} bytes left`);
    this.#process!.disk.room = this.#room;
  }

  #freeDisk(): void {
    if (this.#room !== Infinity || this.#isReadOnly) this.#note("disk is free");
    this.#room = Infinity;
    this.#isReadOnly = false;
    if (this.#process === undefined) return;
    this.#process.disk.room = Infinity;
    this.#process.disk.isReadOnly = false;
  }

  #makeReadOnly(): void {
    this.#note("disk is read-only");
    this.#isReadOnly = true;
    this.#process!.disk.isReadOnly = true;
  }

  #failCalls(): void {
    const call = this.#random.pick(Object.keys(CODES) as Call[]);
    const code = this.#random.pick<string>(CODES[call]);
    const times = 1 + this.#random.below(4);
    this.#note(`${call} fails ${times} times: ${code}`);
    this.#process!.disk.fault = { call, code, times };
  }

  #failSync(): void {
    this.#note("what is written does not get on the disk");
    this.#syncFailures = 1 + this.#random.below(3);
  }

  #stepClock(): void {
    const hours = this.#random.pick([-1, 24]);
    this.#note(`the clock is set by ${hours} h`);
    this.#process!.clock.step(hours * 3_600_000);
  }

  /** Somebody empties a file. */
  #truncate(): void {
    const kind = this.#random.pick(["log", "json"] as const);
    const path = logPaths(this.base)[kind];
    let text: string;
    try {
      text = Deno.readTextFileSync(path);
      Deno.truncateSync(path, 0);
    } catch {
      return;
    }
    this.#note(`the .${kind} is emptied`);
    this.#staleCopy = this.#copy;
    // What the limiter had counted was told in these lines perhaps, and will be told again.
    this.isCursorLost = true;
    this.#emptied = [...this.#state.values()].join();
    // With the last, which may lack but its newline.
    this.removed[kind].push(...text.split("\n").filter((line) => line !== ""));
  }

  /** Ends as it should, and starts anew; while nothing can be written it still ends. */
  async #restart(): Promise<void> {
    this.#note("restarted");
    const { collector, output, disk } = this.#process!;
    await this.#turn();
    await collector.finish();
    output.close();
    disk.isDead = true;
    await this.start();
  }

  #failState(): void {
    this.#note("state fails for a while");
    this.#process!.store.failNext(1 + this.#random.below(4));
  }

  #dieSoon(): void {
    const bytes = this.#random.below(3000);
    this.#note(`dies in ${bytes} bytes`);
    this.#process!.disk.untilDeath = bytes;
  }

  #dieInCommit(): void {
    const when = this.#random.pick(["before", "behind"] as const);
    this.#note(`dies ${when} the next commit`);
    this.#process!.store.dieAtNext(when);
  }

  #die(): void {
    this.#note("killed");
    this.#process!.disk.isDead = true;
  }

  #loseNewest(): void {
    this.#note("killed; the cursor is garbage");
    this.#process!.disk.isDead = true;
    for (const key of this.#state.keys()) this.#state.set(key, '{"v":1,"log":{');
  }

  /** What was not brought on the disk is gone: the files are as they were at the durable cursor. */
  #losePower(): void {
    const text = this.#copy;
    if (text === undefined || text === this.#staleCopy) return;
    const copy = JSON.parse(text.split("\n")[0]!) as Readonly<
      Record<"log" | "json", { readonly offset: number; readonly ino: number }>
    >;
    const paths = logPaths(this.base);
    const files = [[paths.log, copy.log], [paths.json, copy.json]] as const;
    for (const [path, { offset, ino }] of files) {
      try {
        const facts = Deno.statSync(path);
        if (facts.ino !== ino || facts.size < offset) return;
      } catch {
        return;
      }
    }
    this.#note("power is lost");
    this.isPowerLost = true;
    this.#process!.disk.isDead = true;
    for (const [path, { offset }] of files) {
      const { size } = Deno.statSync(path);
      Deno.truncateSync(path, offset + this.#random.below(size - offset + 1));
    }
    if (this.#random.chance(0.5)) this.#state.clear();
  }

  #mortalCopy(disk: Disk): WholeFile {
    return {
      path: "out.cursor",
      read: () => this.#copy,
      write: (text) => {
        if (disk.isDead) return Promise.reject(new Killed("killed"));
        this.#copy = text;
        return Promise.resolve();
      },
    };
  }

  #note(text: string): void {
    this.history.push(text);
  }
}

/** A file on a disk that fills, of a process that may die in the middle of a write. */
function mortalFile(path: string, disk: Disk): AppendFile {
  const check = (call: Call) => {
    if (disk.isDead) throw new Killed("killed");
    const { fault } = disk;
    if (fault?.call !== call || fault.times <= 0) return;
    fault.times--;
    if (call === "truncate" || call === "position") disk.halves.add(tailOf(path));
    throw failure(fault.code);
  };
  check("open");
  if (disk.isReadOnly) throw failure("EROFS");
  const file = openAppendFile(path);
  return {
    write: (bytes) => {
      check("write");
      if (disk.isReadOnly) throw failure("EROFS");
      if (disk.room === 0) throw failure("ENOSPC");
      // A short write now and then is what every system may do.
      const length = Math.min(bytes.length, disk.room, disk.untilDeath, 700);
      const count = length === 0 ? 0 : file.write(bytes.subarray(0, length));
      disk.room -= count;
      disk.untilDeath -= count;
      if (disk.untilDeath === 0) {
        disk.isDead = true;
        throw new Killed("killed");
      }
      return count;
    },
    read: (bytes, position) => {
      check("read");
      return file.read(bytes, position);
    },
    truncate: (size) => {
      check("truncate");
      disk.room += file.position().size - size;
      file.truncate(size);
    },
    sync: () => file.sync(),
    position: () => {
      check("position");
      return file.position();
    },
    close: () => file.close(),
  };
}

/** What follows the last newline of a file. */
function tailOf(path: string): string {
  const text = Deno.readTextFileSync(path);
  return text.slice(text.lastIndexOf("\n") + 1);
}

function failure(code: string): Error {
  if (code === "EINTR") return new Deno.errors.Interrupted("interrupted");
  return Object.assign(new Error(`injected ${code}`), { code });
}
