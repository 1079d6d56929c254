import assert from "node:assert/strict";
import fc from "fast-check";
import { serve, silent } from "../../tests/support/scripted_server.ts";
import type { Connection } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import { Dialer, openStream } from "./dialer.ts";
import {
  FakeNetwork,
  FakeStream,
  openingBy,
  settled,
  systemError,
} from "../../tests/support/fake_stream.ts";
import { ManualClock } from "../../tests/support/manual_clock.ts";
import { type Miss, ProbeFailure } from "./probe.ts";
import { openStreamFrom } from "./source_address.ts";

/** Longer than any test lasts. */
const LONG_MS = 60_000;

const NO_LIMITS = { rate: 0, maxOpen: 100 };

function failsAs(outcome: Miss["outcome"]) {
  return (error: unknown) => error instanceof ProbeFailure && error.outcome === outcome;
}

async function withDeadline(
  milliseconds: number,
  body: (deadline: Deadline, interrupt: AbortController) => Promise<void>,
): Promise<void> {
  const interrupt = new AbortController();
  const deadline = new Deadline(milliseconds, interrupt.signal);
  try {
    await body(deadline, interrupt);
  } finally {
    deadline.dispose();
  }
}

Deno.test("Dialer.dial() opens what it is asked for, and passes bytes both ways", () =>
  withDeadline(LONG_MS, async (deadline) => {
    const network = new FakeNetwork();
    const dialer = new Dialer({ ...NO_LIMITS, open: network.open });
    const dialling = dialer.dial("192.0.2.7", 443, deadline);
    const [attempt] = network.attempts;
    assert.deepEqual([attempt!.address, attempt!.port], ["192.0.2.7", 443]);
    const stream = new FakeStream([Uint8Array.of(1, 2), null]);
    attempt!.accept(stream);
    const connection = await dialling;
    await connection.write(Uint8Array.of(9));
    assert.deepEqual(stream.written, [Uint8Array.of(9)]);
    assert.deepEqual(await connection.read(), Uint8Array.of(1, 2));
    assert.equal(await connection.read(), undefined);
    connection.close();
    connection.close();
    assert.equal(stream.closed, true);
    assert.equal(dialer.attempts, 1);
  }));

Deno.test("Dialer.dial() writes all bytes to a stream that takes them in parts", () =>
  withDeadline(LONG_MS, async (deadline) => {
    const stream = new FakeStream();
    const written: number[] = [];
    stream.write = (bytes) => {
      written.push(bytes[0]!);
      return Promise.resolve(1);
    };
    const dialer = new Dialer({ ...NO_LIMITS, open: openingBy(() => stream) });
    const connection = await dialer.dial("192.0.2.7", 443, deadline);
    await connection.write(Uint8Array.of(1, 2, 3));
    assert.deepEqual(written, [1, 2, 3]);
  }));

Deno.test("Dialer.dial() fails with the outcome of the attempt, and gives its slot back", async () => {
  const cases: [string, Miss["outcome"]][] = [
    ["ECONNREFUSED", "refused"],
    ["EHOSTUNREACH", "unreachable"],
    ["ETIMEDOUT", "timeout"],
    ["EINVAL", "local_error"],
  ];
  const answers = cases.map(([code]) => code);
  const dialer = new Dialer({ rate: 0, maxOpen: 1, open: openingBy(() => answers.shift()!) });
  for (const [code, outcome] of cases) {
    await withDeadline(LONG_MS, async (deadline) => {
      await assert.rejects(dialer.dial("192.0.2.7", 1, deadline), failsAs(outcome), code);
    });
  }
  assert.equal(dialer.attempts, cases.length);
});

Deno.test("Dialer.dial() gives an attempt up at the deadline", () =>
  withDeadline(2, async (deadline) => {
    const network = new FakeNetwork();
    const dialer = new Dialer({ ...NO_LIMITS, open: network.open });
    await assert.rejects(dialer.dial("192.0.2.7", 1, deadline), failsAs("timeout"));
    assert.equal(network.attempts[0]!.signal.aborted, true);
  }));

Deno.test("Dialer.dial() neither opens nor waits once the deadline has passed", () =>
  withDeadline(LONG_MS, async (deadline, interrupt) => {
    const clock = new ManualClock();
    const dialer = new Dialer({ rate: 1, maxOpen: 1, open: openingBy(() => assert.fail()) }, clock);
    interrupt.abort();
    for (let probe = 0; probe < 3; probe++) {
      await assert.rejects(dialer.dial("192.0.2.7", 1, deadline), failsAs("interrupted"));
    }
    assert.deepEqual(clock.alarms, []);
    assert.equal(dialer.attempts, 0);
  }));

Deno.test("Dialer.dial() closes a stream that opened just when the deadline passed", () =>
  withDeadline(LONG_MS, async (deadline, interrupt) => {
    const stream = new FakeStream();
    const dialer = new Dialer({
      rate: 0,
      maxOpen: 1,
      open: () => {
        // The signal is ignored, as when the connection is there already.
        interrupt.abort();
        return Promise.resolve(stream);
      },
    });
    await assert.rejects(dialer.dial("192.0.2.7", 1, deadline), failsAs("interrupted"));
    assert.equal(stream.closed, true);
  }));

Deno.test("Dialer.dial() loses no stream to an interrupt at any step after it was opened", async () => {
  for (let steps = 0; steps < 12; steps++) {
    const stream = new FakeStream();
    const dialer = new Dialer({ rate: 0, maxOpen: 1, open: openingBy(() => stream) });
    await withDeadline(LONG_MS, async (deadline, interrupt) => {
      const dialling = dialer.dial("192.0.2.7", 1, deadline);
      const reading = dialling.then((connection) => connection.read());
      for (let step = 0; step < steps; step++) await Promise.resolve();
      interrupt.abort();
      await assert.rejects(reading, failsAs("interrupted"), `after ${steps} steps`);
      assert.equal(stream.closed, true, `after ${steps} steps`);
    });
    await withDeadline(LONG_MS, async (deadline) => {
      stream.closed = false;
      (await dialer.dial("192.0.2.7", 1, deadline)).close();
    });
  }
});

Deno.test("Dialer.dial() ends the connection at the deadline: reads and writes fail as timeout", async () => {
  for (const onClose of ["rejects", "ends"] as const) {
    await withDeadline(2, async (deadline) => {
      const stream = new FakeStream([], onClose);
      const dialer = new Dialer({ ...NO_LIMITS, open: openingBy(() => stream) });
      const connection = await dialer.dial("192.0.2.7", 1, deadline);
      await assert.rejects(connection.read(), failsAs("timeout"), onClose);
      assert.equal(stream.closed, true);
      await assert.rejects(connection.read(), failsAs("timeout"));
      await assert.rejects(connection.write(Uint8Array.of(1)), failsAs("timeout"));
      connection.close();
    });
  }
});

Deno.test("Dialer.dial() gives a connection that fails as closed when the peer resets it", () =>
  withDeadline(LONG_MS, async (deadline) => {
    const stream = new FakeStream([systemError("ECONNRESET")]);
    stream.write = () => Promise.reject(systemError("EPIPE"));
    const dialer = new Dialer({ ...NO_LIMITS, open: openingBy(() => stream) });
    const connection = await dialer.dial("192.0.2.7", 1, deadline);
    await assert.rejects(connection.read(), failsAs("closed"));
    await assert.rejects(connection.write(Uint8Array.of(1)), failsAs("closed"));
    connection.close();
  }));

Deno.test("Dialer opens no more than maxOpen at a time, and the next when one is closed", () =>
  withDeadline(LONG_MS, async (deadline) => {
    const network = new FakeNetwork();
    const dialer = new Dialer({ rate: 0, maxOpen: 2, open: network.open });
    const dialling = [1, 2, 3].map((port) => dialer.dial("192.0.2.7", port, deadline));
    await settled();
    assert.deepEqual(network.attempts.map(({ port }) => port), [1, 2]);
    network.attempts[0]!.accept(new FakeStream());
    (await dialling[0]!).close();
    await settled();
    assert.deepEqual(network.attempts.map(({ port }) => port), [1, 2, 3]);
    for (const attempt of network.attempts.slice(1)) attempt.refuse("ECONNREFUSED");
    await assert.rejects(dialling[1]!, failsAs("refused"));
    await assert.rejects(dialling[2]!, failsAs("refused"));
  }));

Deno.test("Dialer keeps to its rate, and time spent waiting for a turn is not the probe's", async () => {
  const clock = new ManualClock();
  const network = new FakeNetwork();
  const dialer = new Dialer({ rate: 10, maxOpen: 9, open: network.open }, clock);
  const deadlines = [1, 2, 3].map(() => new Deadline(LONG_MS));
  const dialling = deadlines.map((deadline, index) => dialer.dial("192.0.2.7", index, deadline));
  await settled();
  assert.equal(network.attempts.length, 1);
  assert.deepEqual(clock.alarms, [100, 200]);
  const left = deadlines[2]!.remaining();
  await settled();
  assert.equal(deadlines[2]!.remaining(), left);
  clock.advance(100);
  await settled();
  assert.equal(network.attempts.length, 2);
  clock.advance(100);
  await settled();
  assert.equal(network.attempts.length, 3);
  for (const attempt of network.attempts) attempt.accept(new FakeStream());
  for (const connection of await Promise.all(dialling)) connection.close();
  for (const deadline of deadlines) deadline.dispose();
});

Deno.test("Dialer keeps to its rate for a host, also when the rate over all has held one up", async () => {
  const clock = new ManualClock();
  const network = new FakeNetwork();
  const dialer = new Dialer({ rate: 1, hostRate: 0.5, maxOpen: 99, open: network.open }, clock);
  const deadline = new Deadline(LONG_MS);
  const hosts = ["a", "b", "c", "d", "e", "a", "a", "b"];
  const dialling = hosts.map((host, port) => dialer.dial(host, port, deadline).catch(() => {}));
  const times = new Map<string, number[]>();
  for (let seen = 0; seen < hosts.length; clock.advance(100)) {
    await settled();
    for (; seen < network.attempts.length; seen++) {
      const { address } = network.attempts[seen]!;
      times.set(address, [...times.get(address) ?? [], clock.now()]);
    }
    assert.ok(clock.now() < LONG_MS);
  }
  const all = [...times.values()].flat().sort((a, b) => a - b);
  for (const [index, time] of all.slice(1).entries()) assert.ok(time - all[index]! >= 1000);
  for (const of of times.values()) {
    for (const [index, time] of of.slice(1).entries()) assert.ok(time - of[index]! >= 2000);
  }
  deadline.dispose();
  await Promise.all(dialling);
});

Deno.test("Dialer hands a host's turn on when the dial that it comes to has been cut off", async () => {
  const clock = new ManualClock();
  const network = new FakeNetwork();
  const dialer = new Dialer({ rate: 0, hostRate: 1, maxOpen: 9, open: network.open }, clock);
  const interrupt = new AbortController();
  const [patient, cutOff] = [new Deadline(LONG_MS), new Deadline(LONG_MS, interrupt.signal)];
  const dialling = [patient, cutOff, cutOff, patient].map((deadline, port) =>
    dialer.dial("192.0.2.7", port, deadline).catch((error) => (error as ProbeFailure).outcome)
  );
  await settled();
  interrupt.abort();
  assert.deepEqual(await Promise.all(dialling.slice(1, 3)), ["interrupted", "interrupted"]);
  clock.advance(1000);
  await settled();
  assert.deepEqual(network.attempts.map(({ port }) => port), [0, 3]);
  for (const attempt of network.attempts) attempt.refuse("ECONNREFUSED");
  assert.equal(await dialling[3], "refused");
  patient.dispose();
});

Deno.test("Dialer.turn() counts among the connections to a host and to all", async () => {
  const clock = new ManualClock();
  const network = new FakeNetwork();
  const dialer = new Dialer({ rate: 10, hostRate: 1, maxOpen: 9, open: network.open }, clock);
  const deadline = new Deadline(LONG_MS);
  const times: number[] = [];
  const note = () => times.push(clock.now());
  const work = [
    ...[dialer.turn("a", deadline).then(note), dialer.turn("b", deadline).then(note)],
    ...[dialer.dial("a", 1, deadline).catch(() => {}), dialer.turn("a", deadline).then(note)],
  ];
  for (; clock.now() < 3000; clock.advance(100)) {
    await settled();
    if (network.attempts.length === 1) network.attempts[0]!.refuse("ECONNREFUSED");
  }
  await Promise.all(work);
  assert.deepEqual(times, [0, 100, 2000]);
  await assert.rejects(
    withDeadline(LONG_MS, (cutOff, interrupt) => {
      interrupt.abort();
      return dialer.turn("c", cutOff);
    }),
    failsAs("interrupted"),
  );
  deadline.dispose();
});

Deno.test("Dialer tries again when descriptors have run out", () =>
  withDeadline(LONG_MS, async (deadline) => {
    const clock = new ManualClock();
    const answers = ["EMFILE", "ENOBUFS", new FakeStream()];
    const open = openingBy(() => answers.shift()!);
    const dialer = new Dialer({ ...NO_LIMITS, open }, clock);
    const dialling = dialer.dial("192.0.2.7", 1, deadline);
    for (let wait = 0; wait < 2; wait++) {
      await settled();
      assert.equal(clock.alarms.length, 1);
      clock.advance(clock.alarms[0]! - clock.now());
    }
    (await dialling).close();
    assert.equal(dialer.attempts, 3);
  }));

Deno.test("Dialer gives up when descriptors have run out and no connection of its own holds any", async () => {
  const clock = new ManualClock();
  const answers: (FakeStream | string)[] = [new FakeStream()];
  const open = openingBy(() => answers.shift() ?? "EMFILE");
  const dialer = new Dialer({ ...NO_LIMITS, open }, clock);
  await withDeadline(LONG_MS, async (deadline) => {
    const held = await dialer.dial("192.0.2.7", 1, deadline);
    let result = "waiting";
    const dialling = dialer.dial("192.0.2.7", 2, deadline)
      .catch((error) => result = (error as ProbeFailure).outcome);
    const wait = async (times: number) => {
      for (let wait = 0; wait < times; wait++) {
        await settled();
        clock.advance(50);
      }
    };
    await wait(300);
    assert.equal(result, "waiting");
    held.close();
    await wait(101);
    await dialling;
    assert.equal(result, "local_error");
  });
});

Deno.test("Dialer can be interrupted while it waits for descriptors", () =>
  withDeadline(LONG_MS, async (deadline, interrupt) => {
    const dialer = new Dialer({ ...NO_LIMITS, open: openingBy(() => "EMFILE") }, new ManualClock());
    const dialling = dialer.dial("192.0.2.7", 1, deadline);
    await settled();
    interrupt.abort();
    await assert.rejects(dialling, failsAs("interrupted"));
  }));

const OUTCOMES_OF_OPEN = ["accept", "ECONNREFUSED", "EMFILE"] as const;

/** What may happen next to dial number `index`, or to the clock. */
const happening = fc.record({
  kind: fc.constantFrom("dial", "answer", "interrupt", "close", "time", "answer"),
  index: fc.nat(7),
  answer: fc.constantFrom(...OUTCOMES_OF_OPEN),
  /** False lets the next thing happen before this one has had its effects. */
  settle: fc.boolean(),
});

Deno.test("Dialer gets every slot and every stream back, whatever happens in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(0, 20),
      fc.array(happening, { maxLength: 40 }),
      async (maxOpen, rate, happenings) => {
        const clock = new ManualClock();
        const network = new FakeNetwork();
        const streams: FakeStream[] = [];
        const dialer = new Dialer({ rate, maxOpen, open: network.open }, clock);
        const dials = new Map<number, { interrupt: AbortController; deadline: Deadline }>();
        const connections = new Map<number, Connection>();
        const ended: Promise<unknown>[] = [];
        const unanswered = () => network.attempts.filter((attempt) => !answered.has(attempt));
        const answered = new Set<unknown>();
        const act = (kind: string, index: number, answer: string) => {
          if (kind === "dial" && !dials.has(index)) {
            const interrupt = new AbortController();
            const deadline = new Deadline(LONG_MS, interrupt.signal);
            dials.set(index, { interrupt, deadline });
            const dialling = dialer.dial("192.0.2.7", index, deadline);
            ended.push(dialling.then((connection) => connections.set(index, connection), () => {}));
          } else if (kind === "answer") {
            const [attempt] = unanswered();
            if (attempt === undefined) return;
            answered.add(attempt);
            if (answer !== "accept") return attempt.refuse(answer);
            // A stream that nobody waits for any more is the system's to end.
            const stream = new FakeStream();
            if (!attempt.signal.aborted) streams.push(stream);
            attempt.accept(stream);
          } else if (kind === "interrupt") dials.get(index)?.interrupt.abort();
          else if (kind === "close") connections.get(index)?.close();
          else if (kind === "time") clock.advance(50);
          const open = streams.filter((stream) => !stream.closed).length;
          assert.ok(open <= maxOpen, `${open} open`);
        };
        for (const { kind, index, answer, settle } of happenings) {
          act(kind, index, answer);
          if (settle) await settled();
        }
        for (const { interrupt } of dials.values()) interrupt.abort();
        await Promise.all(ended);
        for (const { deadline } of dials.values()) deadline.dispose();
        await settled();
        assert.deepEqual(streams.map(({ closed }) => closed), streams.map(() => true));

        // All slots are free again: as many as there are can be taken at once.
        const last = new Deadline(LONG_MS);
        const before = network.attempts.length;
        const again = Array.from({ length: maxOpen + 1 }, () => dialer.dial("::1", 1, last));
        for (let step = 0; step < 60 && network.attempts.length < before + maxOpen; step++) {
          clock.advance(50);
          await settled();
        }
        assert.equal(network.attempts.length, before + maxOpen);
        last.dispose();
        await Promise.allSettled(again);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("Dialer over real streams: a silent peer is a timeout, with and without a source address", async () => {
  await using server = serve(silent);
  for (const open of [openStream, openStreamFrom("127.0.0.1")]) {
    await withDeadline(30, async (deadline) => {
      const dialer = new Dialer({ ...NO_LIMITS, open });
      await assert.rejects(async () => {
        const connection = await dialer.dial("127.0.0.1", server.port, deadline);
        await connection.write(Uint8Array.of(1));
        await connection.read();
      }, failsAs("timeout"));
    });
  }
});

Deno.test("Dialer over real streams: a closed port is refused, a peer that hangs up ends the stream", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closedPort = listener.addr.port;
  listener.close();
  await using server = serve(() => {});
  for (const open of [openStream, openStreamFrom("127.0.0.1")]) {
    const dialer = new Dialer({ ...NO_LIMITS, open });
    await withDeadline(LONG_MS, async (deadline) => {
      await assert.rejects(dialer.dial("127.0.0.1", closedPort, deadline), failsAs("refused"));
      const connection = await dialer.dial("127.0.0.1", server.port, deadline);
      assert.equal(await connection.read(), undefined);
      connection.close();
    });
  }
});
