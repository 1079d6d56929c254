/** `decnet tail --to` with receivers of HTTP, and with our own collector. */
import assert from "node:assert/strict";
import { decnet, parseEvents } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { numberedLines } from "../support/numbered_events.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("decnet tail --to http:// tells why a receiver cannot be reached, and not its secret", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, numberedLines(0, 1));
  const to = `http://127.0.0.1:${freePort()}/events?token=hidden`;
  await using run = new RunningDecnet(["tail", path, "--from-start", "--to", to]);
  await run.stderr.until((text) => text.includes("events wait"));
  assert.match(run.stderr.text, /: tcp connect error: Connection refused; events wait/);
  assert.ok(!run.stderr.text.includes("error sending"), run.stderr.text);
});

Deno.test("decnet tail --to http:// sends again what is not answered well, in order", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const headers = `${folder.path}/headers`;
  await Deno.writeTextFile(path, numberedLines(0, 1200));
  await Deno.writeTextFile(headers, "Authorization: Splunk secret\n");
  const bodies: string[] = [];
  let requests = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.text();
      assert.equal(request.headers.get("authorization"), "Splunk secret");
      if (requests++ % 2 === 0) return new Response("busy", { status: 503 });
      bodies.push(body);
      return new Response();
    },
  );
  const flags = [
    ...[
      "tail",
      path,
      "--no-follow",
      "--cursor",
      `${folder.path}/cursor`,
      "--header",
      `@${headers}`,
    ],
    ...["--to", `http://127.0.0.1:${server.addr.port}/events`],
  ];
  const run = await decnet(flags);
  assert.equal(run.code, 0, run.stderr);
  const numbers = parseEvents(bodies.join("")).map(({ fields }) => fields["number"]);
  assert.deepEqual(numbers, Array.from({ length: 1200 }, (_, index) => index));
  const answered = bodies.length;
  assert.equal((await decnet(flags)).code, 0);
  assert.equal(bodies.length, answered, "sent again what had been answered");
  // The header is for the receiver only.
  assert.doesNotMatch(run.stdout + run.stderr, /secret/);
});

Deno.test("decnet tail --to syslog+tcp:// reaches decnet collect --syslog whole", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const port = freePort();
  await Deno.writeTextFile(path, numberedLines(0, 200));
  await using collector = new RunningDecnet([
    ...[
      "collect",
      "--syslog",
      `tcp://127.0.0.1:${port}`,
      "--out",
      `${folder.path}/got`,
      "--no-state",
    ],
  ]);
  const run = await decnet([
    ...["tail", path, "--no-follow", "--from-start", "--to", `syslog+tcp://127.0.0.1:${port}`],
  ]);
  assert.equal(run.code, 0, run.stderr);
  const got = () => {
    try {
      return Deno.readTextFileSync(`${folder.path}/got.json`).split("\n").slice(0, -1)
        .filter((line) => line.includes("connect"));
    } catch {
      return [];
    }
  };
  await eventually(() => got().length >= 200);
  assert.deepEqual(
    got().map((line) => Number(JSON.parse(line).fields.number)),
    Array.from({ length: 200 }, (_, index) => index),
  );
  collector.kill("SIGTERM");
  await collector.end();
});
