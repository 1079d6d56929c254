import assert from "node:assert/strict";
import fc from "fast-check";
import { serve } from "../../tests/support/scripted_server.ts";
import { concatBytes, fromHex } from "../bytes.ts";
import { JARM_HELLOS } from "../fingerprint/jarm_hello.ts";
import { type FakeServerHello, record, serverHello } from "../../tests/support/fake_tls_server.ts";
import { openStream } from "./dialer.ts";
import { measure } from "../../tests/support/fake_probe.ts";
import { FakeStream, openingBy, systemError } from "../../tests/support/fake_stream.ts";
import { jarm } from "./jarm.ts";
import type { ProbeContext, ProbeResult } from "./probe.ts";

type Arrival = Uint8Array | Error | null;

const ALERT = record(21, Uint8Array.of(2, 40));

function hello(parts: FakeServerHello): Uint8Array {
  return record(22, serverHello(parts));
}

function extensions(...types: number[]) {
  return types.map((type) => ({
    type,
    data: type === 0x0010 ? fromHex("0003026832") : new Uint8Array(0),
  }));
}

/** What `openssl s_server -alpn h2,http/1.1` of OpenSSL 3.0 answers to the ten hellos. */
const OPENSSL_ALPN: readonly Uint8Array[] = [
  ...[0x0033, 0x009d, 0x009f].map((cipherSuite) =>
    hello({ cipherSuite, extensions: extensions(0xff01, 0x0001, 0x0023, 0x0010, 0x0017) })
  ),
  ...[ALERT, ALERT, ALERT],
  ...[0x1302, 0x1303].map((cipherSuite) =>
    hello({ cipherSuite, extensions: extensions(0x002b, 0x0033) })
  ),
  ...[ALERT, ALERT],
];
const OPENSSL_ALPN_JARM = "07d14d16d00000000042d43d000000daf5e7b936a108dd9f38b18567550faa";

interface Meeting {
  readonly result: ProbeResult;
  readonly streams: readonly FakeStream[];
}

/** What the probe makes of a server that answers its n-th hello with `answer(n)`. */
async function meet(
  answer: (hello: number) => readonly Arrival[] | string,
  timeout = 60_000,
): Promise<Meeting> {
  const streams: FakeStream[] = [];
  let connections = 0;
  const open = openingBy(() => {
    const arrivals = answer(connections++);
    if (typeof arrivals === "string") return arrivals;
    const stream = new FakeStream(arrivals);
    streams.push(stream);
    return stream;
  });
  return { result: await measure(jarm, open, { timeout }), streams };
}

function summary({ outcome, ...rest }: ProbeResult): string {
  return outcome === "ok" ? (rest as { hash: string }).hash : outcome;
}

Deno.test("jarm gives the reference's hash of OpenSSL, and the raw answers", async () => {
  const { result, streams } = await meet((index) => [OPENSSL_ALPN[index]!, null]);
  assert.ok(result.outcome === "ok");
  assert.equal(result.eventType, "jarm_fingerprint");
  assert.equal(result.hash, OPENSSL_ALPN_JARM);
  const h2 = "h2|ff01-0001-0023-0010-0017";
  assert.deepEqual(result.fields, {
    target_ip: "192.0.2.7",
    target_port: 443,
    jarm_hash: OPENSSL_ALPN_JARM,
    jarm_raw: [
      ...[`0033|0303|${h2}`, `009d|0303|${h2}`, `009f|0303|${h2}`, "|||", "|||", "|||"],
      ...["1302|0303||002b-0033", "1303|0303||002b-0033", "|||", "|||"],
    ].join(","),
  });
  assert.equal(result.msg, `JARM 192.0.2.7:443 = ${OPENSSL_ALPN_JARM}`);
  assert.equal(streams.length, 10);
  assert.ok(streams.every(({ closed }) => closed));
});

Deno.test("jarm sends the ten hellos in the reference's order, with the target in SNI", async () => {
  const { streams } = await meet(() => [ALERT, null]);
  const written = streams.map((stream) => concatBytes(...stream.written));
  const versions = written.map((bytes) => [bytes.subarray(1, 3), bytes.subarray(9, 11)]);
  assert.deepEqual(
    versions.map(([outer, inner]) => `${outer!.toHex()} ${inner!.toHex()}`),
    JARM_HELLOS.map(({ recordVersion, helloVersion }) =>
      `${recordVersion.toString(16).padStart(4, "0")} ${helloVersion.toString(16).padStart(4, "0")}`
    ),
  );
  for (const bytes of written) {
    assert.ok(new TextDecoder("latin1").decode(bytes).includes("192.0.2.7"));
  }
});

Deno.test("jarm reads the same out of answers that arrive byte by byte", async () => {
  const { result } = await meet((index) => [
    ...Array.from(OPENSSL_ALPN[index]!, (byte) => Uint8Array.of(byte)),
    null,
  ]);
  assert.equal(summary(result), OPENSSL_ALPN_JARM);
});

Deno.test("jarm waits for no more than an answer: the server may leave the connection open", async () => {
  const certificate = record(22, concatBytes(Uint8Array.of(11), new Uint8Array(3000)));
  const { result } = await meet((index) => [
    OPENSSL_ALPN[index] === ALERT ? ALERT : concatBytes(OPENSSL_ALPN[index]!, certificate),
  ]);
  assert.equal(summary(result), OPENSSL_ALPN_JARM);
});

Deno.test("jarm says handshake_error to a server that has nothing but alerts, hung up or not", async () => {
  assert.equal(summary((await meet(() => [ALERT, null])).result), "handshake_error");
  assert.equal(summary((await meet(() => [ALERT])).result), "handshake_error");
  assert.equal(
    summary((await meet(() => [ALERT.subarray(0, 1), ALERT.subarray(1)])).result),
    "handshake_error",
  );
});

Deno.test("jarm says closed to a server that hangs up on or resets all ten hellos", async () => {
  for (const ending of [null, systemError("ECONNRESET")]) {
    const { result, streams } = await meet(() => [ending]);
    assert.equal(summary(result), "closed");
    assert.equal(streams.length, 10);
  }
});

Deno.test("jarm says not_tls after one connection", async () => {
  for (const answer of ["HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-x\r\n", "\x16\x02\x00", "\x00"]) {
    const { result, streams } = await meet(() => [new TextEncoder().encode(answer)]);
    assert.equal(summary(result), "not_tls");
    assert.equal(streams.length, 1);
  }
});

Deno.test("jarm fails as the first connection does", async () => {
  assert.equal(summary((await meet(() => "ECONNREFUSED")).result), "refused");
  assert.equal(summary((await meet(() => "EHOSTUNREACH")).result), "unreachable");
  assert.equal(summary((await meet(() => [], 3)).result), "timeout");
});

Deno.test("jarm counts a refusal, a reset or a hang-up after the first hello as no answer", async () => {
  const first = OPENSSL_ALPN[0]!;
  const expected = summary((await meet((index) => index === 0 ? [first] : [ALERT])).result);
  assert.match(expected, /^07d0{27}[0-9a-f]{32}$/);
  const others = [[null], [systemError("ECONNRESET")], "ECONNREFUSED"];
  for (const other of others) {
    const { result } = await meet((index) => index === 0 ? [first] : other as Arrival[]);
    assert.equal(summary(result), expected);
  }
});

Deno.test("jarm says timeout, not a wrong hash, when a later hello is left without an answer", async () => {
  const { result } = await meet((index) => index === 4 ? [] : [OPENSSL_ALPN[index]!], 5);
  assert.equal(summary(result), "timeout");
});

Deno.test("jarm fails when the network goes away under it, and leaves no connection open", async () => {
  const { result, streams } = await meet((index) =>
    index < 3 ? [OPENSSL_ALPN[index]!] : "ENETUNREACH"
  );
  assert.equal(summary(result), "unreachable");
  assert.ok(streams.every(({ closed }) => closed));
});

Deno.test("jarm reads a bounded part of an endless answer", async () => {
  const flood = concatBytes(
    fromHex("1603 03ffff 02fffffa".replace(/ /g, "")),
    new Uint8Array(60_000),
  );
  const streams: FakeStream[] = [];
  let read = 0;
  const open = openingBy(() => {
    const stream = new FakeStream([flood]);
    const original = stream.read.bind(stream);
    stream.read = async (buffer) => {
      const length = await original(buffer);
      read += length ?? 0;
      return length;
    };
    streams.push(stream);
    return stream;
  });
  await measure(jarm, open);
  assert.equal(streams.length, 10);
  assert.ok(read <= 10 * 4096, `${read} bytes`);
});

/** A context over connections that never answer, with the times that `remaining` tells in turn. */
function farAway(remaining: number[]) {
  let waiting = 0;
  const context: ProbeContext = {
    target: { host: "192.0.2.7", address: "192.0.2.7", named: false },
    port: 443,
    ja4plus: true,
    remaining: () => remaining.length > 1 ? remaining.shift()! : remaining[0]!,
    connect: () => {
      let answered = false;
      return Promise.resolve({
        read: () => {
          if (answered) return Promise.resolve(undefined);
          answered = true;
          // The first hello is answered, the others wait for ever.
          if (waiting++ > 0) return new Promise<undefined>(() => {});
          return Promise.resolve(ALERT);
        },
        write: () => Promise.resolve(),
        close: () => {},
      });
    },
  };
  return { context, waiting: () => waiting - 1 };
}

Deno.test("jarm sends hellos one after the other, and side by side only where time would run out", async () => {
  const cases: [number[], number][] = [
    [[5000, 4990], 1],
    [[5000, 4800], 1],
    [[5000, 4300], 3],
    [[5000, 2500], 9],
    [[5000, 0], 9],
  ];
  for (const [remaining, lanes] of cases) {
    const { context, waiting } = farAway(remaining);
    jarm.run(context);
    for (let step = 0; step < 100; step++) await Promise.resolve();
    assert.equal(waiting(), lanes, String(remaining));
  }
});

Deno.test("jarm ends in one outcome whatever the answers are, and never hashes silence", async () => {
  const answer = fc.oneof(
    fc.constantFrom<Arrival[] | string>(
      ...[[ALERT], [null], [OPENSSL_ALPN[0]!], [systemError("ECONNRESET")], "ECONNREFUSED"],
      ...[[OPENSSL_ALPN[0]!.subarray(0, 60), null], [new TextEncoder().encode("HTTP/1.1 400")]],
    ),
    fc.uint8Array({ minLength: 1, maxLength: 80 }).map((bytes) => [bytes, null]),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => [
      concatBytes(fromHex("16030300500200004c0303"), bytes),
      null,
    ]),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 10, maxLength: 10 }), async (answers) => {
      const { result } = await meet((index) => answers[index]!);
      if (result.outcome === "ok") {
        assert.match(result.hash, /^[0-9a-f]{62}$/);
        assert.doesNotMatch(result.hash, /^0{62}$/);
      } else {
        assert.ok(["closed", "refused", "not_tls", "handshake_error"].includes(result.outcome));
      }
    }),
  );
});

Deno.test("jarm over real connections: dribbled, alerts only, hung up on, and answered in HTTP", async () => {
  await using dribbling = serve(async (client) => {
    await client.read();
    for (const byte of OPENSSL_ALPN[client.index]!) await client.write(Uint8Array.of(byte));
    await client.read();
  });
  await using alerting = serve(async (client) => {
    await client.read();
    await client.write(ALERT);
    await client.read();
  });
  await using hangingUp = serve(() => {});
  await using http = serve(async (client) => {
    await client.read();
    await client.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
  });
  const outcomeOf = async (port: number) =>
    summary(await measure(jarm, openStream, { address: "127.0.0.1", port }));
  assert.equal(await outcomeOf(dribbling.port), OPENSSL_ALPN_JARM);
  assert.equal(await outcomeOf(alerting.port), "handshake_error");
  assert.equal(await outcomeOf(hangingUp.port), "closed");
  assert.equal(await outcomeOf(http.port), "not_tls");
});
