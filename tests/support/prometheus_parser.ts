/** A strict reader of Prometheus' text format 0.0.4: it takes nothing that the format does not allow. */
import assert from "node:assert/strict";

/** One value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Metrics of one name. */
export interface MetricFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|\+Inf|-Inf|NaN)$/;
const TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];

/**
 * The families in `text` by name.
 *
 * @throws {AssertionError} for what is not in the format, a family without HELP and TYPE or with two of them, that is
 * in two places, or has the same sample twice; for counters that do not end in `_total` or are negative
 */
export function parsePrometheus(text: string): Map<string, MetricFamily> {
  assert.ok(text === "" || text.endsWith("\n"), "the last line has no newline");
  const families = new Map<string, { type?: string; help?: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current = "";
  for (const line of text.split("\n").slice(0, -1)) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    const name = comment === null ? NAME.exec(line)?.[0] : comment[2]!;
    assert.ok(name !== undefined && NAME.exec(name)?.[0] === name, `no metric: ${line}`);
    if (name !== current) assert.ok(!families.has(name), `${name} is in two places`);
    current = name;
    const family = families.get(name) ?? { samples: [] };
    families.set(name, family);
    if (comment === null) {
      const sample = parseSample(line, name);
      assert.ok(family.type !== undefined && family.help !== undefined, `${name} is not described`);
      const key = JSON.stringify([name, Object.entries(sample.labels).sort()]);
      assert.ok(!seen.has(key), `twice: ${line}`);
      seen.add(key);
      family.samples.push(sample);
    } else if (comment[1] === "TYPE") {
      assert.ok(TYPES.includes(comment[3]!), line);
      assert.ok(family.type === undefined && family.samples.length === 0, `late: ${line}`);
      family.type = comment[3]!;
    } else {
      assert.ok(family.help === undefined && family.samples.length === 0, `late: ${line}`);
      assert.match(comment[3]!, /^(?:[^\\]|\\\\|\\n)+$/, line);
      family.help = comment[3]!;
    }
  }
  return new Map([...families].map(([name, { type = "", help = "", samples }]) => {
    assert.ok(samples.length > 0, `${name} has no value`);
    if (type === "counter") {
      assert.ok(name.endsWith("_total"), name);
      assert.ok(samples.every(({ value }) => value >= 0), name);
    }
    return [name, { type, help, samples }];
  }));
}

function parseSample(line: string, name: string): Sample {
  const labels: Record<string, string> = {};
  let rest = line.slice(name.length);
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const label = LABEL.exec(rest)?.[0];
      assert.ok(label !== undefined && !label.startsWith("__"), line);
      assert.ok(!Object.hasOwn(labels, label), `label twice: ${line}`);
      const value = /^="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,(?!})|(?=}))/.exec(
        rest.slice(label.length),
      );
      assert.ok(value !== null, line);
      labels[label] = value[1]!.replaceAll(
        /\\(.)/g,
        (_, escaped: string) => escaped === "n" ? "\n" : escaped,
      );
      rest = rest.slice(label.length + value[0].length);
    }
    rest = rest.slice(1);
  }
  assert.match(rest, /^ /, line);
  const number = rest.slice(1);
  assert.match(number, NUMBER, line);
  return { name, labels, value: Number(number.replace("Inf", "Infinity")) };
}
