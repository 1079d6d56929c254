import assert from "node:assert/strict";
import { type AppendFile, openAppendFile } from "./append_file.ts";
import { createEvent } from "./create.ts";
import type { Event } from "./event.ts";
import { eventFromLine } from "./line_event.ts";
import { LogPair, logPaths, logRecord } from "./log_pair.ts";
import { parseJsonRecord } from "./json.ts";

function event(number: number, fields: Record<string, string> = {}): Event {
  return createEvent({
    time: number * 1_000_000,
    sensor: "sensor-1",
    decky: "decky-01",
    service: "ssh",
    eventType: "connect",
    fields: { n: String(number), ...fields },
    origin: "test",
  });
}

function withBase(body: (base: string) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    body(`${directory}/decnet`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function lines(path: string): string[] {
  return Deno.readTextFileSync(path).split("\n").slice(0, -1);
}

/** Files of which the one that ends in `suffix` fails as long as `fault` gives bytes to take first. */
function failing(suffix: string, fault: () => number | undefined, cut = true) {
  return (path: string): AppendFile => {
    const file = openAppendFile(path);
    if (!path.endsWith(suffix)) return file;
    let left: number | undefined;
    const write = (bytes: Uint8Array): number => {
      left ??= fault();
      if (left === undefined) return file.write(bytes);
      if (left === 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      const count = file.write(bytes.subarray(0, left));
      left -= count;
      return count;
    };
    const truncate = (size: number) => {
      if (!cut) throw Object.assign(new Error("not permitted"), { code: "EPERM" });
      file.truncate(size);
    };
    return { ...file, write, truncate };
  };
}

Deno.test("logPaths() drops .log or .json from the base", () => {
  const pair = { log: "/var/log/decnet/decnet.log", json: "/var/log/decnet/decnet.json" };
  for (const base of ["decnet", "decnet.log", "decnet.json"]) {
    assert.deepEqual(logPaths(`/var/log/decnet/${base}`), pair);
  }
  assert.equal(logPaths("a.log/b").log, "a.log/b.log");
  assert.equal(logPaths("b.log.json").json, "b.log.json");
  assert.equal(logPaths("d/.log").log, "d/.log.log");
  assert.equal(logPaths("b.txt").log, "b.txt.log");
});

Deno.test("LogPair writes the line and the record of each event", () => {
  withBase((base) => {
    const pair = new LogPair(`${base}.log`);
    const events = [event(1), event(2)];
    pair.append(events.map((one) => logRecord(one, { sdId: "decnet@55555" })));
    const raw = '<134>1 2026-05-03T05:12:51Z d http 77 get [x src_ip="192.0.2.1"] m';
    const collected = eventFromLine(raw, { sensor: "s" })!;
    pair.append([{ line: "no event" }, logRecord(collected, { rawLine: raw })]);
    pair.close();
    const log = lines(`${base}.log`);
    assert.match(
      log[0]!,
      /^<134>1 1970-01-01T00:00:01\.000000Z decky-01 ssh - connect \[decnet@55555 n="1"\]$/,
    );
    assert.deepEqual(log.slice(2), ["no event", raw]);
    assert.deepEqual(lines(`${base}.json`).map(parseJsonRecord), [
      { event: events[0], rawLine: log[0] },
      { event: events[1], rawLine: log[1] },
      { event: collected, rawLine: raw },
    ]);
  });
});

Deno.test("LogPair does not double the .log when the .json fails and the batch is given again", () => {
  withBase((base) => {
    const faults = [7];
    const pair = new LogPair(base, { open: failing(".json", () => faults.shift()) });
    const batch = [event(1), event(2)].map((one) => logRecord(one));
    assert.throws(() => pair.append(batch), { name: "SinkError", code: "ENOSPC" });
    assert.equal(lines(`${base}.log`).length, 2);
    assert.equal(Deno.readTextFileSync(`${base}.json`), "");
    // More has come in since: the batch may have grown.
    const grown = [...batch, logRecord(event(3))];
    pair.append(grown);
    pair.append([logRecord(event(4))]);
    pair.close();
    assert.deepEqual(lines(`${base}.log`).slice(0, 3), grown.map(({ line }) => line));
    assert.deepEqual(lines(`${base}.json`).slice(0, 3), grown.map(({ json }) => json));
    assert.equal(lines(`${base}.log`).length, 4);
    assert.equal(lines(`${base}.json`).length, 4);
  });
});

Deno.test("LogPair keeps count over repeated failures of a file that cannot be cut", () => {
  withBase((base) => {
    const batch = [{ line: "a" }, ...[1, 2, 3].map((number) => logRecord(event(number)))];
    const lengths = batch.slice(1).map(({ json }) => json!.length + 1);
    const faults = [lengths[0]! + 5, lengths[1]!, 0];
    const pair = new LogPair(base, { open: failing(".json", () => faults.shift(), false) });
    // The second attempt ends the torn line first and so lacks but the newline of its own.
    for (const _ of [1, 2, 3]) assert.throws(() => pair.append(batch), { code: "ENOSPC" });
    pair.append(batch);
    pair.close();
    const events = lines(`${base}.json`).map(parseJsonRecord).filter((one) => one !== undefined);
    assert.deepEqual(events.map(({ event }) => event.fields["n"]), ["1", "2", "3"]);
    assert.deepEqual(lines(`${base}.log`), batch.map(({ line }) => line));
  });
});

Deno.test("LogPair does not double lines when the caller gives up the oldest of a failed batch", () => {
  withBase((base) => {
    const faults = [0, 0];
    const pair = new LogPair(base, { open: failing(".json", () => faults.shift()) });
    const records = [{ line: "a" }, ...[1, 2, 3, 4].map((number) => logRecord(event(number)))];
    assert.throws(() => pair.append(records.slice(0, 3)), { code: "ENOSPC" });
    pair.append([]);
    assert.throws(() => pair.append(records.slice(1, 4)), { code: "ENOSPC" });
    pair.append(records.slice(2));
    pair.close();
    assert.deepEqual(lines(`${base}.log`), records.map(({ line }) => line));
    assert.deepEqual(lines(`${base}.json`), records.slice(2).map(({ json }) => json));
  });
});

Deno.test("LogPair keeps count of records without JSON when the oldest are given up", () => {
  withBase((base) => {
    const records = [logRecord(event(1)), { line: "a" }, ...[2, 3].map((n) => logRecord(event(n)))];
    // Two records fit and cannot be cut off again.
    const room = records[0]!.json!.length + records[2]!.json!.length + 2;
    const faults: (number | undefined)[] = [room];
    const pair = new LogPair(base, { open: failing(".json", () => faults.shift(), false) });
    assert.throws(() => pair.append(records), { code: "ENOSPC" });
    pair.append(records.slice(1));
    pair.close();
    assert.deepEqual(lines(`${base}.log`), records.map(({ line }) => line));
    assert.deepEqual(
      lines(`${base}.json`),
      records.flatMap((record) => "json" in record ? [record.json] : []),
    );
  });
});

Deno.test("LogPair writes another batch whole after a failure", () => {
  withBase((base) => {
    const faults = [0];
    const pair = new LogPair(base, { open: failing(".json", () => faults.shift()) });
    const failed = [logRecord(event(1)), logRecord(event(2))];
    assert.throws(() => pair.append(failed), { code: "ENOSPC" });
    // A part of the failed batch is another batch: which lines it has in common is not guessed.
    const other = [logRecord(event(1))];
    pair.append(other);
    pair.close();
    assert.deepEqual(lines(`${base}.log`), [...failed, ...other].map(({ line }) => line));
    assert.deepEqual(lines(`${base}.json`), other.map(({ json }) => json));
  });
});

Deno.test("LogPair.contains() recognises an event and is not deceived by a forged field", () => {
  withBase((base) => {
    const pair = new LogPair(base);
    const forged = event(2).event_id;
    const line =
      `<134>1 2026-05-03T05:12:51Z d s - t [x event_id="${forged}" schema="1" sensor="s"] ` +
      `"event_id":"${forged}","schema":1,"sensor":`;
    pair.append([
      logRecord(event(1)),
      logRecord(eventFromLine(line, { sensor: "s" })!, { rawLine: line }),
    ]);
    assert.equal(pair.contains(event(1).event_id), true);
    assert.equal(pair.contains(forged), false);
    assert.equal(pair.contains(event(1).event_id, pair.position().size), false);
    pair.close();
  });
});

Deno.test("LogPair.contains() counts a torn record only when it is whole but for its newline", () => {
  withBase((base) => {
    const pair = new LogPair(base);
    const json = logRecord(event(1)).json!;
    Deno.writeTextFileSync(`${base}.json`, json.slice(0, -1));
    assert.equal(pair.contains(event(1).event_id), false);
    Deno.writeTextFileSync(`${base}.json`, json);
    assert.equal(pair.contains(event(1).event_id), true);
    Deno.writeTextFileSync(`${base}.json`, `${json}{"timestamp":"2026`);
    assert.equal(pair.contains(event(1).event_id), false);
    pair.close();
  });
});

Deno.test("LogPair.reopen() leads both files to their paths again", () => {
  withBase((base) => {
    const pair = new LogPair(base);
    pair.open();
    pair.reopen();
    pair.append([logRecord(event(1))]);
    pair.sync();
    pair.close();
    assert.equal(lines(`${base}.log`).length, 1);
    assert.equal(lines(`${base}.json`).length, 1);
  });
});

Deno.test("LogPair keeps a forged line within its event one line of each file (F9)", () => {
  withBase((base) => {
    const pair = new LogPair(base);
    const banner =
      'x"]\r\n<134>1 2026-05-03T05:12:51Z d ssh - auth [relay@55555 src_ip="8.8.8.8"]\n{"event_type":"x"}';
    pair.append([logRecord(event(1, { banner, src_ip: "192.0.2.1" }))]);
    pair.close();
    assert.equal(lines(`${base}.log`).length, 1);
    const records = lines(`${base}.json`).map(parseJsonRecord);
    assert.equal(records.length, 1);
    assert.equal(records[0]!.event.attacker_ip, "192.0.2.1");
    assert.equal(records[0]!.event.fields["banner"], banner);
    const read = eventFromLine(lines(`${base}.log`)[0]!, { sensor: "s" })!;
    assert.equal(read.fields["banner"], banner);
  });
});
