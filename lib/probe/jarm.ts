/** The JARM probe: ten ClientHellos, each on a connection of its own. */
import { concatBytes } from "../bytes.ts";
import {
  EMPTY_JARM,
  type JarmAnswer,
  jarmAnswerLength,
  jarmHash,
  NO_ANSWER,
  parseJarmAnswer,
} from "../fingerprint/jarm_hash.ts";
import {
  JARM_HELLOS,
  type JarmHello,
  randomJarmSecrets,
  writeJarmHello,
} from "../fingerprint/jarm_hello.ts";
import { hostPort } from "../net/host_port.ts";
import type { Connection } from "./connection.ts";
import { type Probe, type ProbeContext, ProbeFailure, type ProbeResult } from "./probe.ts";
import { targetFields } from "./target_fields.ts";

/** A record with an alert; anything else that is no handshake is not TLS. */
const ALERT = 21;
const HANDSHAKE = 22;

/** Share of the time left that hellos sent one after the other may take. */
const PATIENCE = 0.5;

/** What became of one hello. */
interface Reply {
  readonly answer: JarmAnswer;
  readonly kind: "hello" | "alert" | "silent" | "not_tls";
}

/** Fingerprints a TLS server by its answers to ten unusual hellos. */
export const jarm: Probe = {
  name: "jarm",
  brief: "JARM of a TLS server: ten ClientHellos",
  language: "tls",
  sends: "10 connections with a ClientHello each",
  ports: [443, 8443, 8080, 4443, 50050, 2222, 993, 995, 8888, 9001],
  priority: 100,

  async run(context: ProbeContext): Promise<ProbeResult> {
    const [firstHello, ...otherHellos] = JARM_HELLOS;
    const before = context.remaining();
    const first = await askOnce(context, firstHello!);
    if (first.kind === "not_tls") {
      return { outcome: "not_tls", detail: "answered a ClientHello with something else" };
    }
    const lanes = lanesFor(before - context.remaining(), otherHellos.length, context.remaining());
    const others = await inLanes(otherHellos, lanes, (hello) => askAgain(context, hello));
    return conclude(context, [first, ...others]);
  },
};

/**
 * How many hellos to have under way at a time. One, as the reference does, unless the network is
 * so far away that the deadline would pass: small servers serve one connection at a time.
 */
function lanesFor(oneTakes: number, count: number, remaining: number): number {
  const budget = Math.max(1, remaining * PATIENCE);
  return Math.min(count, Math.max(1, Math.ceil(oneTakes * count / budget)));
}

async function inLanes<T, R>(
  items: readonly T[],
  lanes: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await run(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

/** A hello after the first: the port was open, so a refusal now is the server's way to say no. */
async function askAgain(context: ProbeContext, hello: JarmHello): Promise<Reply> {
  try {
    return await askOnce(context, hello);
  } catch (error) {
    if (!(error instanceof ProbeFailure) || error.outcome !== "refused") throw error;
    return { answer: NO_ANSWER, kind: "silent" };
  }
}

async function askOnce(context: ProbeContext, hello: JarmHello): Promise<Reply> {
  const connection = await context.connect();
  try {
    await connection.write(writeJarmHello(hello, context.target.host, randomJarmSecrets()));
    return toReply(await readAnswer(connection));
  } catch (error) {
    // Many servers reset the connection on a hello that they do not like.
    if (!(error instanceof ProbeFailure) || error.outcome !== "closed") throw error;
    return { answer: NO_ANSWER, kind: "silent" };
  } finally {
    connection.close();
  }
}

/** As much of the first record as decides the answer; less when the server hangs up before. */
async function readAnswer(connection: Connection): Promise<Uint8Array> {
  let bytes: Uint8Array = new Uint8Array(0);
  while (!isDecided(bytes)) {
    const chunk = await connection.read();
    if (chunk === undefined) break;
    bytes = bytes.length === 0 ? chunk : concatBytes(bytes, chunk);
  }
  // What came along behind the part that decides must not change the hash from run to run.
  return bytes.subarray(0, jarmAnswerLength(bytes));
}

/** True when more bytes would change nothing. An alert is its own answer: not all hang up after it. */
function isDecided(bytes: Uint8Array): boolean {
  if (!looksLikeTls(bytes) || (bytes[0] === ALERT && bytes.length > 1)) return true;
  return bytes.length >= (jarmAnswerLength(bytes) ?? Infinity);
}

function looksLikeTls(bytes: Uint8Array): boolean {
  const [type = HANDSHAKE, major = 3] = bytes;
  return (type === HANDSHAKE || type === ALERT) && major === 3;
}

function toReply(bytes: Uint8Array): Reply {
  const answer = parseJarmAnswer(bytes);
  if (bytes.length === 0) return { answer, kind: "silent" };
  if (!looksLikeTls(bytes)) return { answer, kind: "not_tls" };
  return { answer, kind: answer === NO_ANSWER ? "alert" : "hello" };
}

function conclude(context: ProbeContext, replies: readonly Reply[]): ProbeResult {
  const answers = replies.map((reply) => reply.answer);
  const hash = jarmHash(answers);
  if (hash === EMPTY_JARM) {
    return replies.some((reply) => reply.kind === "alert")
      ? { outcome: "handshake_error", detail: "turned all ten hellos down" }
      : { outcome: "closed", detail: "hung up on all ten hellos" };
  }
  return {
    outcome: "ok",
    eventType: "jarm_fingerprint",
    hash,
    fields: { ...targetFields(context), jarm_hash: hash, jarm_raw: answers.join(",") },
    msg: `JARM ${hostPort(context.target.address, context.port)} = ${hash}`,
    lines: [["jarm", hash]],
  };
}
