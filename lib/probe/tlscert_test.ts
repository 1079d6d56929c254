import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../bytes.ts";
import { sha256Hex } from "../hash.ts";
import {
  certificateBody,
  FakeChannel,
  handshake,
  record,
  replay,
  serverHello,
} from "../../tests/support/fake_tls_server.ts";
import type { Connection } from "./connection.ts";
import { type ProbeContext, ProbeFailure } from "./probe.ts";
import { tlscert } from "./tlscert.ts";

/** What one connection meets: bytes, or a failure to connect. */
type Encounter = Uint8Array | ProbeFailure;

const NOT_DER = fromHex("deadbeef");

function alert(description: number): Uint8Array {
  return record(21, Uint8Array.of(2, description));
}

function presents(certificate: Uint8Array): Uint8Array {
  const flight = concatBytes(serverHello({}), handshake(11, certificateBody([certificate], false)));
  return record(22, flight);
}

/** A context whose connections meet these in turn, with what was written to each. */
function meeting(encounters: readonly Encounter[], changes: Partial<ProbeContext> = {}) {
  const channels: FakeChannel[] = [];
  let closed = 0;
  const context: ProbeContext = {
    target: { host: "192.0.2.7", address: "192.0.2.7", named: false },
    port: 443,
    remaining: () => 1000,
    ja4plus: true,
    connect(): Promise<Connection> {
      const encounter = encounters[channels.length];
      assert.ok(encounter !== undefined, "more connections than expected");
      const channel = encounter instanceof ProbeFailure ? replay() : replay(encounter);
      channels.push(channel);
      if (encounter instanceof ProbeFailure) return Promise.reject(encounter);
      return Promise.resolve({
        read: () => channel.read(),
        write: (bytes) => channel.write(bytes),
        close: () => void closed++,
      });
    },
    ...changes,
  };
  return { context, channels, closed: () => closed };
}

const named = { target: { host: "host.example.", address: "192.0.2.7", named: true } };

/** Bytes of a name or protocol, to look for in hellos. */
function contains({ written }: FakeChannel, text: string): boolean {
  return new TextDecoder("latin1").decode(written).includes(text);
}

/** legacy_version of the hello on each connection, and whether it has supported_versions. */
function styles(channels: readonly FakeChannel[]): string[] {
  return channels.map(({ written }) => {
    const version = written.subarray(9, 11).toHex();
    return version + (written.toHex().includes("002b0009080304") ? "+1.3" : "");
  });
}

Deno.test("tlscert says not_tls after one connection", async () => {
  const { context, closed } = meeting([new TextEncoder().encode("SSH-2.0-x\r\n")]);
  assert.equal((await tlscert.run(context)).outcome, "not_tls");
  assert.equal(closed(), 1);
});

Deno.test("tlscert says protocol_error after one connection, and what was wrong", async () => {
  const { context } = meeting([record(22, fromHex("02ffffff"))]);
  assert.deepEqual(await tlscert.run(context), {
    outcome: "protocol_error",
    detail: "handshake message too long",
  });
});

Deno.test("tlscert asks in two older ways before it says handshake_error", async () => {
  const { context, channels, closed } = meeting([alert(40), alert(70), new Uint8Array(0)]);
  assert.deepEqual(await tlscert.run(context), {
    outcome: "handshake_error",
    detail: "alert handshake_failure",
  });
  assert.deepEqual(styles(channels), ["0303+1.3", "0303", "0301"]);
  assert.equal(closed(), 3);
});

Deno.test("tlscert asks in two older ways before it says closed", async () => {
  const nothing = new Uint8Array(0);
  const { context, channels } = meeting([nothing, nothing, nothing]);
  assert.equal((await tlscert.run(context)).outcome, "closed");
  assert.equal(channels.length, 3);
});

Deno.test("tlscert takes a reset for a hang-up", async () => {
  let connections = 0;
  const { context } = meeting([], {
    connect: () => {
      connections++;
      return Promise.resolve({
        read: () => Promise.reject(new ProbeFailure("closed", "reset")),
        write: () => Promise.resolve(),
        close: () => {},
      });
    },
  });
  assert.equal((await tlscert.run(context)).outcome, "closed");
  assert.equal(connections, 3);
});

Deno.test("tlscert reads a certificate that only an older hello gets", async () => {
  const { context, channels } = meeting([alert(70), new Uint8Array(0), presents(NOT_DER)]);
  assert.equal((await tlscert.run(context)).outcome, "ok");
  assert.equal(channels.length, 3);
});

Deno.test("tlscert asks without the name, then without ALPN, where those are turned down", async () => {
  const { context, channels } = meeting([alert(112), alert(120), presents(NOT_DER)], named);
  assert.equal((await tlscert.run(context)).outcome, "ok");
  assert.deepEqual(channels.map((channel) => contains(channel, "host.example")), [
    true,
    false,
    false,
  ]);
  assert.deepEqual(channels.map((channel) => contains(channel, "http/1.1")), [true, true, false]);
  assert.deepEqual(styles(channels), ["0303+1.3", "0303+1.3", "0303+1.3"]);
});

Deno.test("tlscert makes at most five connections", async () => {
  const answers = [alert(112), alert(120), alert(112), alert(120), alert(112)];
  const { context, channels } = meeting(answers, named);
  const result = await tlscert.run(context);
  assert.equal(result.outcome, "handshake_error");
  assert.equal(channels.length, 5);
});

Deno.test("tlscert sends the name without the final dot, and never an address", async () => {
  const byName = meeting([presents(NOT_DER)], named);
  await tlscert.run(byName.context);
  assert.ok(contains(byName.channels[0]!, "\0\x0chost.example"));
  assert.ok(!contains(byName.channels[0]!, "host.example."));
  const byAddress = meeting([presents(NOT_DER)]);
  await tlscert.run(byAddress.context);
  assert.ok(!contains(byAddress.channels[0]!, "192.0.2.7"));
});

Deno.test("tlscert lets a failure of the first connection through", async () => {
  const { context } = meeting([new ProbeFailure("refused", "no")]);
  await assert.rejects(tlscert.run(context), { outcome: "refused" });
});

Deno.test("tlscert keeps what the server said when it stops answering", async () => {
  const { context } = meeting([alert(40), new ProbeFailure("timeout", "deadline passed")]);
  assert.equal((await tlscert.run(context)).outcome, "handshake_error");
});

Deno.test("tlscert lets an interruption through, whatever the server said", async () => {
  const { context } = meeting([alert(40), new ProbeFailure("interrupted", "signal")]);
  await assert.rejects(tlscert.run(context), { outcome: "interrupted" });
});

Deno.test("tlscert makes an event of a certificate that is no DER", async () => {
  const hash = sha256Hex(NOT_DER);
  const target = { host: "2001:db8::7", address: "2001:db8::7", named: false };
  const { context } = meeting([presents(NOT_DER)], { target });
  const result = await tlscert.run(context);
  assert.ok(result.outcome === "ok");
  assert.equal(result.eventType, "tls_certificate");
  assert.equal(result.hash, hash);
  assert.equal(result.msg, `TLS cert [2001:db8::7]:443 CN= sha256=${hash.slice(0, 16)}...`);
  assert.deepEqual(result.fields, {
    target_ip: "2001:db8::7",
    target_port: 443,
    cert_sha256: hash,
    parse_error: true,
    chain_length: 1,
    tls_version: "TLS 1.2",
    tls_cipher: "0xc02f",
    // MD5 of "771,49199,".
    ja3s: "174e7e4992a63f6d419626d97363adb8",
    ja3s_raw: "771,49199,",
    ja4s: "t120000_c02f_000000000000",
  });
});

Deno.test("tlscert leaves JA4S and JA4X out with --no-ja4plus", async () => {
  const { context } = meeting([presents(NOT_DER)], { ja4plus: false });
  const result = await tlscert.run(context);
  assert.ok(result.outcome === "ok");
  assert.ok(!("ja4s" in result.fields) && !("ja4x" in result.fields));
});
