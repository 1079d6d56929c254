/** The HASSHServer probe: identification strings, then the server's KEXINIT, then goodbye. */
import { ByteReader, concatBytes } from "../bytes.ts";
import type { Fields } from "../event/event.ts";
import { hasshServer } from "../fingerprint/hassh.ts";
import { hostPort } from "../net/host_port.ts";
import {
  type Identification,
  isIdentificationBegun,
  parseIdentification,
} from "../ssh/identification.ts";
import { latin1 } from "../text/latin1.ts";
import { type KexInit, names, parseKexInit } from "../ssh/kexinit.ts";
import { parsePacket, SSH_MESSAGE } from "../ssh/packet.ts";
import type { Connection } from "./connection.ts";
import {
  type Miss,
  type Probe,
  type ProbeContext,
  ProbeFailure,
  type ProbeResult,
} from "./probe.ts";
import { targetFields } from "./target_fields.ts";

/** What we say we are: some servers change their offer for clients that they know to be broken. */
const CLIENT_IDENTIFICATION = "SSH-2.0-OpenSSH_9.6\r\n";

/** A banner that {@linkcode parseIdentification} does not take: it is SSH all the same. */
const LONG_BANNER = /^SSH-[^\n]{1020}/m;

/** What OpenSSH says in place of a banner when it has no room, or is angry with this address. */
const TURNED_AWAY = /^Exceeded MaxStartups$|^Not allowed at this time$/;

/** Messages before the KEXINIT that are passed over; a server has no reason to send any. */
const MAX_PACKETS_BEFORE_KEXINIT = 16;

/** Bytes of a server's reason to disconnect that are told. */
const MAX_REASON = 120;

/** Lines before the banner that go into the event. */
const MAX_PREAMBLE_LINES = 8;

/** Fingerprints an SSH server by the algorithms that it offers. */
export const hassh: Probe = {
  name: "hassh",
  brief: "HASSHServer of an SSH server: banner and key exchange lists",
  language: "ssh",
  sends: "1 connection with an SSH identification line",
  ports: [22, 2222, 22222, 2022],
  priority: 150,

  async run(context: ProbeContext): Promise<ProbeResult> {
    const connection = await context.connect();
    try {
      // Both sides may speak first (RFC 4253 4.2): a server that waits for us is not kept waiting.
      await connection.write(new TextEncoder().encode(CLIENT_IDENTIFICATION));
      return await interview(context, new Incoming(connection));
    } finally {
      connection.close();
    }
  },
};

async function interview(context: ProbeContext, incoming: Incoming): Promise<ProbeResult> {
  const opening = await readIdentification(incoming);
  if (!("banner" in opening)) return opening;
  if (opening.protocol !== "2.0" && opening.protocol !== "1.99") {
    return { outcome: "handshake_error", detail: `speaks SSH protocol ${opening.protocol} only` };
  }
  const kexInit = await readKexInit(incoming);
  if (!("kexAlgorithms" in kexInit)) return kexInit;
  const { hash } = hasshServer(kexInit);
  return {
    outcome: "ok",
    eventType: "hassh_fingerprint",
    hash,
    fields: {
      ...targetFields(context),
      hassh_server_hash: hash,
      ssh_banner: opening.banner,
      ...kexFields(kexInit),
      ...(opening.preamble.length > 0
        ? { ssh_preamble: opening.preamble.slice(0, MAX_PREAMBLE_LINES) }
        : {}),
    },
    msg: `HASSH ${hostPort(context.target.address, context.port)} = ${hash}`,
    lines: [["hassh", hash], ["banner", opening.banner]],
  };
}

function kexFields(kexInit: KexInit): Fields {
  const lists = {
    kex_algorithms: names(kexInit.kexAlgorithms),
    host_key_algorithms: names(kexInit.hostKeyAlgorithms),
    encryption_c2s: names(kexInit.encryptionClientToServer),
    encryption_s2c: names(kexInit.encryptionServerToClient),
    mac_c2s: names(kexInit.macClientToServer),
    mac_s2c: names(kexInit.macServerToClient),
    compression_c2s: names(kexInit.compressionClientToServer),
    compression_s2c: names(kexInit.compressionServerToClient),
  };
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

async function readIdentification(incoming: Incoming): Promise<Identification | Miss> {
  while (true) {
    const result = parseIdentification(incoming.bytes);
    if (result === "not_ssh") {
      return LONG_BANNER.test(latin1(incoming.bytes))
        ? { outcome: "protocol_error", detail: "banner too long" }
        : { outcome: "not_ssh", detail: "sent something else first" };
    }
    if (result !== "incomplete") {
      incoming.consume(result.length);
      return result;
    }
    try {
      if (!(await incoming.more())) return closedEarly(incoming);
    } catch (error) {
      if (!(error instanceof ProbeFailure) || !incoming.spokeOtherwise) throw error;
      // Who closes on words of ours that he has not read resets the connection.
      if (error.outcome === "closed") return closedEarly(incoming);
      if (error.outcome !== "timeout") throw error;
      // Text, but no banner in all that time: some other protocol in which the server speaks first.
      return { outcome: "not_ssh", detail: "sent text without an SSH banner" };
    }
  }
}

function closedEarly(incoming: Incoming): Miss {
  if (incoming.spokeOtherwise) {
    const [line] = latin1(incoming.bytes).split(/\r?\n/, 1);
    if (TURNED_AWAY.test(line!)) return { outcome: "closed", detail: `turned us away: ${line}` };
    return { outcome: "not_ssh", detail: "hung up without an SSH banner" };
  }
  const detail = incoming.spoke ? "hung up within its banner" : "hung up without a word";
  return { outcome: "closed", detail };
}

async function readKexInit(incoming: Incoming): Promise<KexInit | Miss> {
  let passedOver = 0;
  while (passedOver < MAX_PACKETS_BEFORE_KEXINIT) {
    const packet = parsePacket(incoming.bytes);
    if (packet === "malformed") return { outcome: "protocol_error", detail: "bad packet length" };
    if (packet === "incomplete") {
      if (!(await incoming.more())) return { outcome: "closed", detail: "hung up before KEXINIT" };
      continue;
    }
    const [message] = packet.payload;
    if (message === SSH_MESSAGE.kexinit) {
      return parseKexInit(packet.payload) ??
        { outcome: "protocol_error", detail: "KEXINIT is cut short" };
    }
    if (message === SSH_MESSAGE.disconnect) {
      return { outcome: "handshake_error", detail: disconnectReason(packet.payload) };
    }
    incoming.consume(packet.length);
    passedOver++;
  }
  return { outcome: "protocol_error", detail: "no KEXINIT among its first messages" };
}

/** SSH_MSG_DISCONNECT: reason code, description, language (RFC 4253 11.1). */
function disconnectReason(payload: Uint8Array): string {
  const description = new ByteReader(payload, 5).vector(4);
  return `disconnected: ${latin1(description.subarray(0, MAX_REASON))}`;
}

/** What arrived and was not consumed yet. Its parsers bound it: none waits for over 64 KiB. */
class Incoming {
  bytes: Uint8Array = new Uint8Array(0);
  /** True once the server has sent anything. */
  spoke = false;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** True when the server has sent something, and is not in the middle of a banner. */
  get spokeOtherwise(): boolean {
    return this.spoke && !isIdentificationBegun(this.bytes);
  }

  /** Waits for more bytes; false when the server has hung up. */
  async more(): Promise<boolean> {
    const chunk = await this.#connection.read();
    if (chunk === undefined) return false;
    this.spoke = true;
    this.bytes = this.bytes.length === 0 ? chunk : concatBytes(this.bytes, chunk);
    return true;
  }

  consume(length: number): void {
    this.bytes = this.bytes.subarray(length);
  }
}
