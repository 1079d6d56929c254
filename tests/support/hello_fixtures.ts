/**
 * Hellos of real clients, recorded on the loopback interface, with what tshark 4.0 made of them: its
 * JA3 over TCP and QUIC; over DTLS, where it has none, and for JA4, the fields it shows, put
 * together by another program.
 */
import { fromHex } from "../../lib/bytes.ts";
import fixtures from "../fixtures/client_hellos.json" with { type: "json" };

/** A payload of TCP or UDP. */
export interface RecordedPayload {
  readonly fromClient: boolean;
  readonly bytes: Uint8Array;
}

/** A ClientHello as other tools see it. */
export interface ExpectedHello {
  readonly ja3: string;
  readonly ja3Raw: string;
  readonly ja4: string;
  readonly serverName?: string;
}

/** The beginning of a connection. */
export interface HelloFixture {
  /** Program and version, and what is special about how it was called. */
  readonly client: string;
  readonly transport: "t" | "q" | "d";
  readonly payloads: readonly RecordedPayload[];
  readonly hellos: readonly ExpectedHello[];
  /** JA3S of the answer, where tshark has one. */
  readonly ja3s?: string;
}

/** Every recorded connection. */
export const HELLO_FIXTURES: readonly HelloFixture[] = fixtures.map((fixture) => ({
  ...fixture,
  transport: fixture.transport as HelloFixture["transport"],
  payloads: fixture.payloads.map((payload) => ({
    fromClient: payload.startsWith("c"),
    bytes: fromHex(payload.slice(1)),
  })),
}));
