/**
 * `decnet tail --cursor` against a model of the log: whatever happens to it, to the reader and to the receiver.
 *
 * For a campaign: `DECNET_TEST_SEED=$RANDOM DECNET_TEST_SEQUENCES=6000 deno test -A tests/faults/tail_model_test.ts`.
 */
import assert from "node:assert/strict";
import { toJsonLine } from "../../lib/event/json.ts";
import { createEvent } from "../../lib/event/create.ts";
import { type LogFiles, REAL_FILES } from "../../lib/log/log_files.ts";
import { readLog } from "../../lib/log/read_log.ts";
import { CursorFile } from "../../lib/tail/cursor_file.ts";
import { EventFilter } from "../../lib/tail/event_filter.ts";
import { mergeLogs } from "../../lib/tail/merge.ts";
import { BackOff } from "../../lib/back_off.ts";
import { Shipper } from "../../lib/tail/ship/shipper.ts";
import { SyslogStream } from "../../lib/tail/ship/syslog_stream.ts";
import { tailLog } from "../../lib/tail/tail_source.ts";
import { runCampaign } from "../support/campaign.ts";
import { type ConnectionFate, FakeSyslogReceiver } from "../support/fake_syslog_receiver.ts";
import { disturbedFiles } from "../support/log_model_reader.ts";
import { SeededRandom } from "../support/log_random.ts";
import { LogWorld } from "../support/log_world.ts";
import { tempFolder } from "../support/temp_folder.ts";

const SEQUENCES = 60;

/** Steps of a sequence, and how likely something happens before each system call of a reader. */
const STEPS = 40;
const DISTURBANCE = 0.03;

/** Where the time of an event ends, which is its number here. */
const TELLING_START = '{"timestamp":"2023-11-14T22:13:20.000000Z'.length;

/** A numbered line as an event. */
function eventLine(line: string): string {
  const number = Number(line.slice(0, 6));
  return toJsonLine(createEvent({
    time: 1_700_000_000_000_000 + number,
    sensor: "s",
    decky: "d",
    service: "x",
    eventType: "y",
    fields: { number },
    msg: line,
    origin: line,
  }));
}

/** The numbers of the events in a file; a last line without its newline counts. */
function numbersIn(content: string): number[] {
  return content.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line.replace(/^\0+/, "")).fields.number as number];
    } catch {
      return [];
    }
  });
}

/** A reader that is run again and again, and killed at times. */
abstract class ModelTail {
  /** Numbers of events that were lost before they were delivered. */
  readonly excused = new Set<number>();
  readonly #world: LogWorld;
  readonly #files: LogFiles;
  readonly #path: string;
  readonly #signal = new AbortController().signal;

  constructor(world: LogWorld, files: LogFiles, name: string) {
    this.#world = world;
    this.#files = files;
    this.#path = `${world.path}.${name}.cursor`;
  }

  /** Numbers of what was delivered, in the order in which it was. */
  abstract get delivered(): readonly number[];

  /** Lines that nobody can read any more. */
  excuse(numbers: readonly number[]): void {
    const known = new Set(this.delivered);
    for (const number of numbers) if (!known.has(number)) this.excused.add(number);
  }

  /** Reads what there is, or is killed after so many pieces. */
  async run(pieces: number): Promise<void> {
    const cursors = new CursorFile(this.#path);
    assert.ok(cursors.lock());
    const stored = cursors.load().cursors.get("log");
    const items = readLog(this.#world.path, {
      start: stored === undefined
        ? { at: "start", rotated: true }
        : { at: "cursor", cursor: stored },
      signal: this.#signal,
      files: this.#files,
      timing: {
        now: () => 0,
        sleep: () => Promise.resolve(this.#world.settle()),
        watch: () => assert.fail("a pass watches nothing"),
      },
    });
    const counts = { lines: 0, foreign: 0 };
    const log = {
      name: "log",
      items: tailLog(items, { filter: new EventFilter({}), sensor: "s" }, counts),
    };
    try {
      await this.deliver(mergeLogs([log], () => {}), cursors, pieces);
    } finally {
      cursors.close();
    }
  }

  protected abstract deliver(
    merged: ReturnType<typeof mergeLogs>,
    cursors: CursorFile,
    pieces: number,
  ): Promise<void>;
}

/** Prints: what was printed and is remembered has been delivered, all else never happened. */
class PrintingTail extends ModelTail {
  readonly delivered: number[] = [];

  protected async deliver(
    merged: ReturnType<typeof mergeLogs>,
    cursors: CursorFile,
    pieces: number,
  ): Promise<void> {
    let left = pieces;
    for await (const piece of merged) {
      if (left-- <= 0) return;
      cursors.set(piece.name, piece.cursorBehind(piece.events.length - 1));
      cursors.save();
      this.delivered.push(...piece.events.map(({ event }) => Number(event.fields["number"])));
    }
  }
}

/** Ships to a receiver whose connections break. */
class ShippingTail extends ModelTail {
  readonly receiver: FakeSyslogReceiver;

  constructor(world: LogWorld, files: LogFiles, nextFate: () => ConnectionFate | undefined) {
    super(world, files, "ship");
    this.receiver = new FakeSyslogReceiver(nextFate);
  }

  get delivered(): readonly number[] {
    return this.receiver.messages.map(Number);
  }

  protected async deliver(
    merged: ReturnType<typeof mergeLogs>,
    cursors: CursorFile,
    pieces: number,
  ): Promise<void> {
    const delivery = new SyslogStream({
      write: ({ fields }) => String(fields["number"]),
      connect: () => this.receiver.connect(),
      signal: new AbortController().signal,
      backOff: new BackOff(() => Promise.resolve(), () => 0),
      settleAfter: 1_000_000,
      onTrouble: () => {},
      onRecovery: () => {},
      onRefused: () => {},
    });
    const shipper = new Shipper({
      delivery,
      isChosen: () => true,
      onArrived: (name, cursor) => {
        cursors.set(name, cursor);
        cursors.save();
      },
    });
    let left = pieces;
    for await (const piece of merged) {
      if (left-- <= 0) break;
      await shipper.take(piece);
    }
    if (left > 0) await delivery.settle();
    delivery.close();
  }
}

function fateOf(random: SeededRandom): ConnectionFate | undefined {
  if (random.chance(0.5)) return undefined;
  return {
    refused: random.chance(0.2),
    writes: random.below(4),
    unread: random.below(9),
    farewell: random.pick(["read", "broken"] as const),
  };
}

async function runSequence(seed: number): Promise<void> {
  await using folder = await tempFolder();
  const random = new SeededRandom(seed);
  const tails: ModelTail[] = [];
  const world = new LogWorld(
    folder.path,
    random,
    (content) => tails.forEach((tail) => tail.excuse(numbersIn(content))),
    eventLine,
    TELLING_START,
  );
  let isOver = false;
  const files = disturbedFiles(REAL_FILES, () => {
    if (!isOver && random.chance(DISTURBANCE)) world.change();
  });
  const printing = new PrintingTail(world, files, "print");
  const shipping = new ShippingTail(world, files, () => fateOf(random));
  tails.push(printing, shipping);
  for (let step = 0; step < STEPS; step++) {
    world.change();
    if (random.chance(0.3)) await random.pick(tails).run(random.below(4));
  }
  isOver = true;
  world.finish();
  for (const tail of tails) {
    // A pass ends at the size that the file had in the beginning: the second takes what came since.
    await tail.run(Infinity);
    await tail.run(Infinity);
  }
  const fail = (what: string) => assert.fail(`${what}\n${world.history}`);
  const written = [...new Set(world.files.flatMap(({ content }) => numbersIn(content)))];
  // A second writer may write a line when others with higher numbers have been written elsewhere.
  const order = new Map(written.map((number, index) => [number, index]));
  for (const tail of tails) {
    const delivered = new Set(tail.delivered);
    for (const number of written) {
      if (!delivered.has(number) && !tail.excused.has(number)) {
        fail(`${tail.constructor.name} loses ${number}`);
      }
    }
    let last = -1;
    const seen = new Set<number>();
    for (const number of tail.delivered) {
      const place = order.get(number) ?? fail(`nobody wrote ${number}`);
      if (tail === printing && seen.has(number)) fail(`${number} comes twice`);
      if (!seen.has(number) && place < last) fail(`${number} comes after ${written[last]}`);
      last = Math.max(last, place);
      seen.add(number);
    }
  }
}

Deno.test("decnet tail --cursor loses nothing in random rotations, kills and broken connections", async () => {
  await runCampaign(SEQUENCES, runSequence);
});
