import assert from "node:assert/strict";
import fc from "fast-check";
import { ContainerLines } from "../docker/container_lines.ts";
import { compareLogTimes, type LogTime, parseSince } from "../docker/log_time.ts";
import {
  DockerCursor,
  type DockerPosition,
  type LogGap,
  readDockerPosition,
} from "./docker_cursor.ts";

const NOW = 1_795_226_302;

interface LogLine extends LogTime {
  readonly text: string;
}

function line(nanos: number, text = `line ${nanos}`, seconds = NOW): LogLine {
  return { seconds, nanos, text };
}

function linesOf(all: readonly LogLine[]): ContainerLines {
  const lines = new ContainerLines();
  for (const entry of all) {
    const bytes = new TextEncoder().encode(entry.text);
    lines.add(entry, 0, new DataView(bytes.buffer), 0, bytes.length);
  }
  return lines;
}

/** How many lines come together. */
const BATCH = 3;

function* batches(all: readonly LogLine[]): Generator<readonly LogLine[]> {
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}

/** How a log is read. */
interface ResumeOptions {
  /** Seconds since the epoch. */
  readonly now?: number;
  readonly linesPerFile?: number;
  /** What the engine makes of the lines that it is to send. */
  readonly send?: (lines: readonly LogLine[]) => readonly LogLine[];
}

/** Reads a log from where a position is, as a follower does; gives the new lines' texts and the gap. */
function resume(
  log: readonly LogLine[],
  position: DockerPosition | undefined,
  { now = NOW + 3600, linesPerFile = 1000, send = (lines) => lines }: ResumeOptions = {},
) {
  const cursor = new DockerCursor(position);
  let taken: string[];
  let gap: LogGap | undefined;
  let openings = 0;
  do {
    openings++;
    const opening = cursor.opening(now);
    const start = opening.since === undefined ? undefined : parseSince(opening.since)!;
    const first = opening.tail === undefined ? 0 : Math.max(0, log.length - opening.tail);
    const sent = send(log.slice(first))
      .filter((entry) => start === undefined || compareLogTimes(entry, start) >= 0);
    const found = opening.search
      ? [...batches(sent)].some((batch) => cursor.search(linesOf(batch)))
      : undefined;
    cursor.opened(found, linesPerFile);
    taken = [];
    for (const batch of batches(sent)) {
      const lines = linesOf(batch);
      const count = cursor.take(lines);
      lines.dropUnnumbered();
      assert.equal(lines.count, count);
      for (let index = 0; index < count; index++) taken.push(lines.text(index));
      gap = cursor.takeGap() ?? gap;
    }
  } while (cursor.missed);
  return { taken, gap, position: cursor.position, openings };
}

const texts = (log: readonly LogLine[]) => log.map(({ text }) => text);

Deno.test("readDockerPosition() returns undefined for what is no position", () => {
  const position = { time: "1795226302.000000001", n: 1, hash: "00" };
  assert.deepEqual(readDockerPosition(position), position);
  const stepped = { ...position, max: "1795226303.000000001" };
  assert.deepEqual(readDockerPosition(stepped), stepped);
  assert.deepEqual(readDockerPosition({ ...position, max: "x", more: 1 }), position);
  for (
    const json of [
      undefined,
      null,
      7,
      "x",
      [],
      {},
      { ...position, n: 0 },
      { ...position, n: 1.5 },
      {
        ...position,
        time: "1795226302",
      },
      { time: position.time, n: 1 },
    ]
  ) assert.equal(readDockerPosition(json), undefined);
});

Deno.test("DockerCursor goes on behind the last line, also among lines of one time", () => {
  const log = [line(1), line(5, "a"), line(5, "b"), line(5, "c"), line(9)];
  for (let length = 0; length <= log.length; length++) {
    const { position, taken } = resume(log.slice(0, length), undefined);
    assert.deepEqual(taken, texts(log.slice(0, length)));
    const resumed = resume(log, position);
    assert.deepEqual(resumed.taken, texts(log.slice(length)));
    assert.deepEqual([resumed.gap, resumed.openings], [undefined, 1]);
  }
});

Deno.test("DockerCursor says which line is the n-th of its time", () => {
  const cursor = new DockerCursor(undefined);
  cursor.opened(undefined, 0);
  const lines = linesOf([line(1), line(1), line(2), line(2, "x"), line(1)]);
  assert.equal(cursor.take(lines), 5);
  assert.deepEqual([...lines.numbers.subarray(0, 5)], [1, 2, 1, 2, 1]);
});

Deno.test("DockerCursor tells of a gap with both its times, once", () => {
  const { position } = resume([line(1), line(2)], undefined);
  const { taken, gap } = resume([line(7), line(8)], position);
  assert.deepEqual(taken, ["line 7", "line 8"]);
  assert.deepEqual([gap?.from, gap?.to], [{ seconds: NOW, nanos: 2 }, { seconds: NOW, nanos: 7 }]);
});

Deno.test("DockerCursor looks at the end of a log before it has all of it read", () => {
  const log = Array.from({ length: 5000 }, (_, index) => line(index + 1));
  const near = resume(log, resume(log.slice(0, 4500), undefined).position);
  assert.deepEqual([near.taken.length, near.openings, near.gap], [500, 1, undefined]);
  const far = resume(log, resume(log.slice(0, 500), undefined).position);
  assert.deepEqual([far.taken.length, far.openings, far.gap], [4500, 2, undefined]);
});

Deno.test("DockerCursor takes another text at the last line's time for a log that was replaced", () => {
  const { position } = resume([line(1), line(2)], undefined);
  const { taken, gap } = resume([line(1), line(2, "changed"), line(3)], position);
  assert.deepEqual(taken, ["changed", "line 3"]);
  assert.ok(gap !== undefined);
});

Deno.test("DockerCursor drops lines that an engine repeats when it rotates", () => {
  const log = [line(1), line(2), line(3), line(4)];
  const sent = [...log, ...log.slice(1), line(5), line(4), line(5), line(6)];
  assert.deepEqual(resume(sent, undefined).taken, texts([...log, line(5), line(6)]));
});

Deno.test("DockerCursor drops repeated lines from before it was resumed", () => {
  const log = [line(1), line(2), line(3)];
  const { position } = resume(log, undefined);
  assert.deepEqual(resume([...log, ...log, line(4), ...log, line(4)], position).taken, ["line 4"]);
});

Deno.test("DockerCursor takes lines of a clock that was stepped back (F33)", () => {
  const before = [line(1), line(2, "x", NOW + 3600), line(3, "y", NOW + 3600)];
  const after = [line(5), line(6), line(7)];
  const log = [...before, ...after];
  assert.deepEqual(resume(log, undefined).taken, texts(log));
  for (let length = 0; length < log.length; length++) {
    const { position } = resume(log.slice(0, length), undefined);
    const { taken, gap } = resume(log, position, { now: NOW });
    assert.deepEqual([taken, gap], [texts(log.slice(length)), undefined], `${length}`);
  }
});

Deno.test("DockerCursor reads the whole log when the last line lies in the future", () => {
  const cursor = new DockerCursor({ time: `${NOW + 3600}.000000000`, n: 1, hash: "00" });
  assert.deepEqual(cursor.opening(NOW), { since: undefined, tail: undefined, search: true });
  assert.deepEqual(cursor.opening(NOW + 3600), {
    since: `${NOW + 3590}.000000000`,
    tail: 1000,
    search: false,
  });
});

Deno.test("DockerCursor asks for no time before the epoch", () => {
  const cursor = new DockerCursor({ time: "3.000000007", n: 1, hash: "00" });
  assert.equal(cursor.opening(NOW).since, "0.000000007");
});

const kind = <K extends string>(name: K, ...by: number[]) =>
  fc.record({ kind: fc.constant(name), by: fc.constantFrom(...by) });

/** What may happen to a log that is read now and then. */
const happenings = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: kind("print", 0, 1, 5, 1000) },
    // Behind another line with a later time: two streams are stamped side by side.
    { weight: 1, arbitrary: kind("out of order", -3, -1) },
    { weight: 1, arbitrary: kind("step the clock", -4000, -20, -1, 900) },
    { weight: 2, arbitrary: kind("read", 0) },
    { weight: 1, arbitrary: kind("rotate", 1, 3) },
    { weight: 1, arbitrary: kind("repeat", 0) },
  ),
  { maxLength: 60 },
);

Deno.test("DockerCursor takes every line once, whatever the log, the clock and the engine do", () => {
  fc.assert(
    fc.property(happenings, fc.boolean(), (all, fine) => {
      let log: LogLine[] = [];
      let [seconds, nanos, printed] = [NOW, 500, 0];
      /** Lines that were rotated away before they were read. */
      const lost: string[] = [];
      const taken: string[] = [];
      let position: DockerPosition | undefined;
      const read = (send: (lines: readonly LogLine[]) => readonly LogLine[] = (lines) => lines) => {
        const linesPerFile = fine ? 1000 : 0;
        const result = resume(log, position, { now: seconds + 1, linesPerFile, send });
        const isGap = taken.length > 0 && result.taken.length > 0 &&
          !texts(log).includes(taken.at(-1)!);
        assert.equal(result.gap !== undefined, isGap, "gap");
        taken.push(...result.taken);
        position = result.position;
      };
      for (const { kind, by } of all) {
        // Once the last line is rotated away, or where several lines have one time, what is stamped a little
        // earlier cannot be told from what was before.
        const isCertain = fine && (taken.length === 0 || texts(log).includes(taken.at(-1)!));
        if (!isCertain && (kind === "out of order" || by === -1)) continue;
        if (kind === "print" || kind === "out of order" && log.length > 0) {
          // Files have nanoseconds; only other drivers give several lines one time.
          if (kind === "print") nanos += fine ? by + 1 : by;
          log = [...log, line(kind === "print" ? nanos : nanos + by, `${printed++}`, seconds)];
        } else if (kind === "step the clock") {
          // That a clock went back by much and forward again cannot be told afterwards.
          if (by > 0) read();
          seconds += by;
          nanos += 10_000;
        } else if (kind === "rotate") {
          const [gone, kept] = [log.slice(0, by), log.slice(by)];
          // Nor can lines, or those to come, that are stamped before what is gone.
          const later = [...kept, line(nanos, "", seconds)];
          if (gone.some((entry) => later.some((other) => compareLogTimes(other, entry) < 0))) {
            continue;
          }
          lost.push(...texts(gone).filter((text) => !taken.includes(text)));
          log = kept;
        } else if (kind === "read" || kind === "repeat") {
          read(kind === "repeat" && fine ? (lines) => [...lines, ...lines] : undefined);
        }
      }
      read();
      // What follows makes certain that a line is rotated away.
      log = [...log, line(nanos, `${printed++}`, seconds + 1)];
      read();
      const expected = Array.from({ length: printed }, (_, index) => `${index}`)
        .filter((text) => !lost.includes(text));
      assert.deepEqual(taken, expected);
    }),
    { numRuns: 1000 },
  );
});
