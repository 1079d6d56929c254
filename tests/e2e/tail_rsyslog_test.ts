/** `decnet tail --to` with Debian's rsyslog as the receiver, which comes and goes. */
import assert from "node:assert/strict";
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { eventually } from "../support/eventually.ts";
import { testNeeding } from "../support/requirements.ts";
import { makeServerCertificates } from "../support/certificates.ts";
import { Rsyslog, type SyslogTransport } from "../support/rsyslog.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Lines with the numbers from `first` on. */
function numbered(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) =>
    `${
      toJsonLine(createEvent({
        time: (1_700_000_000 + first + index) * 1_000_000,
        sensor: "sensor-1",
        decky: "web-1",
        service: "ssh",
        eventType: "auth_attempt",
        fields: { src_ip: "203.0.113.7", number: first + index, username: 'a]b"c\\d' },
        origin: `${first + index}`,
      }))
    }\n`).join("");
}

function numbersOf(messages: readonly string[]): number[] {
  return messages.map((message) => Number(/ number="(\d+)"/.exec(message)?.[1] ?? NaN));
}

/** Each number is there; the first time that it comes, all before it have come. */
function assertInOrder(numbers: readonly number[], count: number): void {
  const seen = new Set<number>();
  for (const number of numbers) {
    if (!seen.has(number)) assert.equal(number, seen.size, "out of order, or lost");
    seen.add(number);
  }
  assert.equal(seen.size, count);
}

class World implements AsyncDisposable {
  written = 0;
  readonly log: string;

  private constructor(
    readonly folder: string,
    readonly receiver: Rsyslog,
    readonly flags: readonly string[],
    readonly dispose: () => Promise<void>,
  ) {
    this.log = `${folder}/events.json`;
  }

  static async make(transport: SyslogTransport): Promise<World> {
    const folder = await tempFolder();
    const certificates = transport === "tls"
      ? await makeServerCertificates(folder.path)
      : undefined;
    const receiver = new Rsyslog(folder.path, transport, certificates);
    const flags = [
      ...["tail", `${folder.path}/events.json`, "--cursor", `${folder.path}/cursor`],
      ...["--to", `syslog+${transport}://localhost:${receiver.port}`],
      ...certificates === undefined ? [] : ["--ca", certificates.ca],
    ];
    return new World(folder.path, receiver, flags, async () => {
      await receiver[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    });
  }

  async append(count: number): Promise<void> {
    await Deno.writeTextFile(this.log, numbered(this.written, count), { append: true });
    this.written += count;
  }

  async arrived(count = this.written): Promise<void> {
    await eventually(() => new Set(numbersOf(this.receiver.messages())).size >= count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

for (const transport of ["tcp", "tls"] as const) {
  testNeeding(
    ["rsyslogd", "openssl"],
    `decnet tail --to syslog+${transport} loses nothing while the receiver is stopped, killed and started`,
    async () => {
      await using world = await World.make(transport);
      const { receiver } = world;
      await world.append(2000);
      await using running = new RunningDecnet(world.flags);
      // There is nobody yet.
      await running.stderr.until((text) => text.includes("events wait"));
      await receiver.start();
      await world.arrived();
      for (const signal of ["SIGTERM", "SIGKILL"] as const) {
        await receiver.stop(signal);
        await world.append(300);
        await receiver.start();
        await world.append(300);
        await world.arrived();
      }
      running.kill("SIGTERM");
      const { code, stderr } = await running.end();
      assert.equal(code, 0, stderr);
      assertInOrder(numbersOf(receiver.messages()), world.written);

      // What has arrived is remembered: a second run sends what is new, and nothing else.
      const before = receiver.messages().length;
      await world.append(5);
      await using second = new RunningDecnet([...world.flags, "--no-follow"]);
      assert.equal((await second.end()).code, 0);
      await world.arrived();
      assert.deepEqual(
        numbersOf(receiver.messages().slice(before)),
        [0, 1, 2, 3, 4].map((index) => world.written - 5 + index),
      );
    },
  );
}

testNeeding(
  ["rsyslogd"],
  "decnet tail --to syslog+tcp killed at any moment loses nothing",
  async () => {
    await using world = await World.make("tcp");
    await world.receiver.start();
    for (let round = 0; round < 3; round++) {
      await world.append(1500);
      await using running = new RunningDecnet(world.flags);
      await world.arrived(world.written - 1000);
      running.kill("SIGKILL");
      await running.end();
    }
    await using last = new RunningDecnet([...world.flags, "--no-follow"]);
    assert.equal((await last.end()).code, 0);
    await world.arrived();
    assertInOrder(numbersOf(world.receiver.messages()), world.written);
  },
);

testNeeding(
  ["rsyslogd"],
  "decnet tail --to syslog+udp sends each event in order, as it is",
  async () => {
    await using world = await World.make("udp");
    await world.receiver.start();
    await world.append(500);
    await using running = new RunningDecnet([...world.flags, "--no-follow"]);
    assert.equal((await running.end()).code, 0);
    await world.arrived();
    assert.deepEqual(
      numbersOf(world.receiver.messages()),
      Array.from({ length: 500 }, (_, i) => i),
    );
    assert.match(world.receiver.messages()[0]!, / username="a\\\]b\\"c\\\\d"/);
  },
);

testNeeding(
  ["rsyslogd", "openssl"],
  "decnet tail --to syslog+tls sends nothing to whom it cannot trust",
  async () => {
    await using world = await World.make("tls");
    await world.receiver.start();
    await world.append(5);
    const flags = world.flags.slice(0, world.flags.indexOf("--ca"));
    await using running = new RunningDecnet(flags);
    await running.stderr.until((text) => /certificate/i.test(text));
    running.kill("SIGTERM");
    await running.end();
    assert.deepEqual(world.receiver.messages(), []);
  },
);
