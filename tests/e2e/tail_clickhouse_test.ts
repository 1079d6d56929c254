/** `decnet tail --to clickhouse://` with Debian's ClickHouse, which is killed and comes back. */
import assert from "node:assert/strict";
import { createEvent } from "../../lib/event/create.ts";
import type { Fields } from "../../lib/event/event.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import {
  type ClickhouseServer,
  contribStatements,
  startClickhouse,
} from "../support/clickhouse_server.ts";
import { decnet } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const NEEDS = ["clickhouse-server"] as const;
const PASSWORD = "not seen in any list of processes";
const HOUR = 3_600_000;

/** A line of an event `ago` milliseconds ago. */
function line(number: number, ago: number, more: { type?: string; sensor?: string } & Fields = {}) {
  const { type = "auth_attempt", sensor = "sensor-1", ...fields } = more;
  return `${
    toJsonLine(createEvent({
      time: (NOW - ago) * 1000 + number % 1000,
      sensor,
      decky: `web-${number % 3}`,
      service: "ssh",
      eventType: type,
      fields: { src_ip: `203.0.113.${number % 50}`, number, ...fields },
      msg: 'it said "x"\n',
      origin: `${number}`,
    }))
  }\n`;
}

const NOW = Date.now();

function lines(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => line(first + index, 1000)).join("");
}

async function makeTable(server: ClickhouseServer): Promise<void> {
  for (const statement of await contribStatements("table.sql")) await server.query(statement);
}

async function countOf(server: ClickhouseServer, what: string, from = "decnet.events") {
  const rows = await server.query(`SELECT ${what} FROM ${from}`);
  return Number(rows[0]![0]);
}

testNeeding(
  NEEDS,
  "decnet tail --to clickhouse:// counts each event once, with the server killed and all of it shipped twice",
  async () => {
    await using folder = await tempFolder();
    await using server = await startClickhouse(PASSWORD);
    await makeTable(server);
    const log = `${folder.path}/events.json`;
    let written = 0;
    const append = async (count: number) => {
      await Deno.writeTextFile(log, lines(written, count), { append: true });
      written += count;
    };
    const flags = ["tail", log, "--to", `${server.url}/decnet.events`];
    // Two requests, the second with what is left over.
    await append(12_000);
    await using running = new RunningDecnet([...flags, "--cursor", `${folder.path}/cursor`]);
    for (let round = 0; round < 2; round++) {
      const before = await countOf(server, "count()");
      await eventually(async () => await countOf(server, "count()") > before);
      await server.kill();
      await append(6000);
      if (round === 0) await running.stderr.until((text) => text.includes("events wait"));
      await server.start();
      await append(6000);
      await eventually(async () => await countOf(server, "uniqExact(event_id)") >= written);
      if (round === 0) await append(1);
    }
    running.kill("SIGTERM");
    const { code, stderr } = await running.end();
    assert.equal(code, 0, stderr);
    assert.equal(await countOf(server, "count()", "decnet.events FINAL"), written);

    // Where nothing is merged, what is sent again is there twice; and yet it counts once.
    await server.query("SYSTEM STOP MERGES");
    const again = await decnet([...flags, "--from-start", "--no-follow"]);
    assert.equal(again.code, 0, again.stderr);
    assert.ok(await countOf(server, "count()") >= written * 2);
    assert.equal(await countOf(server, "count()", "decnet.events FINAL"), written);
    assert.equal(await countOf(server, "uniqExact(event_id)"), written);
    const numbers = "visitParamExtractUInt(fields, 'number')";
    assert.equal(await countOf(server, `uniqExact(${numbers})`), written);
    assert.equal(await countOf(server, `max(${numbers})`), written - 1);
    await server.query("SYSTEM START MERGES");
    await server.query("OPTIMIZE TABLE decnet.events FINAL");
    assert.equal(await countOf(server, "count()"), written);

    // The cursor remembers across runs.
    const more = await decnet([...flags, "--cursor", `${folder.path}/cursor`, "--no-follow"]);
    assert.equal(more.code, 0, more.stderr);
    assert.equal(await countOf(server, "count()"), written);
  },
);

testNeeding(
  NEEDS,
  "decnet tail --to clickhouse:// killed, and ended, with events on their way loses none",
  async () => {
    await using folder = await tempFolder();
    await using server = await startClickhouse(PASSWORD);
    await makeTable(server);
    const log = `${folder.path}/events.json`;
    const flags = [
      ...["tail", log, "--cursor", `${folder.path}/cursor`],
      ...["--to", `${server.url}/decnet.events`],
    ];
    let written = 0;
    const append = async () => {
      await Deno.writeTextFile(log, lines(written, 15_000), { append: true });
      written += 15_000;
    };
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await append();
      await using running = new RunningDecnet(flags);
      // The rest of the round waits for more.
      await eventually(async () => await countOf(server, "count()") >= written - 5000);
      await server.kill();
      await append();
      await running.stderr.until((text) => text.includes("events wait"));
      running.kill(signal);
      await running.end();
      await server.start();
    }
    const last = await decnet([...flags, "--no-follow"]);
    assert.equal(last.code, 0, last.stderr);
    assert.equal(await countOf(server, "count()", "decnet.events FINAL"), written);
  },
);

testNeeding(
  NEEDS,
  "decnet tail --to clickhouse:// waits for its table and its right, and stores events as they are",
  async () => {
    await using folder = await tempFolder();
    await using server = await startClickhouse(PASSWORD);
    const [log, headers] = [`${folder.path}/events.json`, `${folder.path}/headers`];
    const hostile = '\'); DROP TABLE events; -- \\ \u202e \ud800 \u0000 \t{"user":1}';
    await Deno.writeTextFile(log, line(1, 0, { username: hostile }));
    await Deno.writeTextFile(headers, "X-ClickHouse-User: sensor\nX-ClickHouse-Key: wrong\n");
    const flags = [
      ...["tail", log, "--from-start", "--header", `@${headers}`],
      ...["--to", `${server.url}/decnet.events`],
    ];
    await using wrong = new RunningDecnet(flags);
    await wrong.stderr.until((text) => /Wrong password.*events wait/s.test(text));
    await Deno.writeTextFile(
      headers,
      `X-ClickHouse-User: sensor\nX-ClickHouse-Key: ${PASSWORD}\n`,
    );
    await using running = new RunningDecnet(flags);
    await running.stderr.until((text) => /decnet.*doesn't exist.*events wait/s.test(text));
    await makeTable(server);
    await running.stderr.until((text) => text.includes("takes events again"));
    const [row] = await server.query(
      "SELECT toUnixTimestamp(time), micros, sensor, decky, service, event_type, attacker_ip, fields, msg " +
        "FROM decnet.events",
    );
    const [time, micros, ...texts] = row!;
    assert.equal(Number(time) * 1_000_000 + Number(micros), NOW * 1000 + 1);
    assert.deepEqual(texts.slice(0, 5), [
      ...["sensor-1", "web-1", "ssh", "auth_attempt", "203.0.113.1"],
    ]);
    assert.equal(JSON.parse(String(texts[5])).username, hostile.toWellFormed());
    assert.equal(texts[6], 'it said "x"\n');
    assert.doesNotMatch(wrong.stderr.text + running.stderr.text, /not seen/);
  },
);

testNeeding(NEEDS, "the queries of contrib/clickhouse answer what they say", async () => {
  await using folder = await tempFolder();
  await using server = await startClickhouse(PASSWORD);
  await makeTable(server);
  await server.query("SYSTEM STOP MERGES");
  const log = `${folder.path}/events.json`;
  const login = (number: number, secret: string, outcome: string) =>
    line(number, HOUR / 2, {
      ...{ src_ip: "203.0.113.7", principal: "root", secret_printable: secret, outcome },
    });
  const hello = (number: number, address: string) =>
    line(number, 2 * HOUR, {
      ...{ type: "tls_client_hello", src_ip: address, ja4: "t13d1516h2_a_b", sensor: "sensor-2" },
    });
  const events = [
    ...[login(1, "1234", "failure"), login(2, "1234", "failure"), login(3, "x", "success")],
    ...[hello(4, "203.0.113.8"), hello(5, "203.0.113.9"), line(6, 40 * 24 * HOUR)],
  ];
  await Deno.writeTextFile(log, events.join(""));
  for (let time = 0; time < 2; time++) {
    const run = await decnet([
      ...["tail", log, "--from-start", "--no-follow", "--to", `${server.url}/decnet.events`],
    ]);
    assert.equal(run.code, 0, run.stderr);
  }
  assert.equal(await countOf(server, "count()"), 2 * events.length);
  const statements = (await contribStatements("queries.sql"))
    .map((statement) => statement.replace("203.0.113.7", "203.0.113.8"));
  assert.equal(statements.length, 5);
  const answers = await Promise.all(statements.map((statement) => server.query(statement)));
  const [busiest, shared, passwords, history, sensors] = answers as [
    unknown[][],
    unknown[][],
    unknown[][],
    unknown[][],
    unknown[][],
  ];
  assert.deepEqual(
    busiest.map(([address, count, decoys]) => [address, Number(count), Number(decoys)]),
    [["203.0.113.7", 3, 3], ["203.0.113.8", 1, 1], ["203.0.113.9", 1, 1]],
  );
  assert.deepEqual(shared.map((row) => [...row.slice(0, 2), Number(row[2])]), [
    ["ja4", "t13d1516h2_a_b", 2],
  ]);
  assert.deepEqual(
    passwords.map(([user, secret, ...numbers]) => [user, secret, ...numbers.map(Number)]),
    [["root", "1234", 2, 1, 0], ["root", "x", 1, 1, 1]],
  );
  assert.deepEqual(history.map((row) => row[5]), ["tls_client_hello"]);
  assert.deepEqual(sensors.map((row) => [row[0], Number(row[3])]), [
    ["sensor-2", 0],
    ["sensor-1", 3],
  ]);
});
