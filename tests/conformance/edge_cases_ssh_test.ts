/** SSH openings in every order and cut; HASSH and HASSHServer come from a second implementation. */
import assert from "node:assert/strict";
import { ByteWriter, concatBytes } from "../../lib/bytes.ts";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { foundFingerprints } from "../support/found_fingerprints.ts";
import { MadeConnection, type SideName } from "../support/made_connection.ts";
import { text } from "../support/packet_builder.ts";
import { referenceHassh } from "../support/reference_fingerprints.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";
import { sshOpening } from "../support/ssh_script.ts";

/** Name-lists that differ in each direction, so that a mix-up shows. */
const CLIENT_LISTS = [
  "curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com",
  "ssh-ed25519,rsa-sha2-512",
  "aes128-ctr,aes256-ctr",
  "chacha20-poly1305@openssh.com",
  "hmac-sha2-256-etm@openssh.com",
  "hmac-sha1",
  "none,zlib@openssh.com",
  "none",
  "en",
  "de",
];
const SERVER_LISTS = [
  "sntrup761x25519-sha512@openssh.com,kex-strict-s-v00@openssh.com",
  "ssh-ed25519",
  "aes192-ctr",
  "aes128-gcm@openssh.com",
  "umac-64@openssh.com",
  "hmac-sha2-512",
  "none",
  "none,zlib",
  "",
  "",
];

/** Lists 0, 2, 4, 6 of a client and 0, 3, 5, 7 of a server (RFC 4253 7.1). */
const HASSH = referenceHassh([0, 2, 4, 6].map((index) => CLIENT_LISTS[index]!));
const HASSH_SERVER = referenceHassh([0, 3, 5, 7].map((index) => SERVER_LISTS[index]!));

const CLIENT = sshOpening("SSH-2.0-OpenSSH_9.2p1 Debian-2", CLIENT_LISTS);
const SERVER = sshOpening("SSH-2.0-dropbear_2022.83", SERVER_LISTS);
const CLIENT_BANNER = CLIENT.indexOf(0x0a) + 1;
const SERVER_BANNER = SERVER.indexOf(0x0a) + 1;

const port = 22;
const connect = (options: ConstructorParameters<typeof MadeConnection>[0] = {}) =>
  new MadeConnection({ serverPort: port, ...options });

function hashes(packets: Iterable<CapturedPacket>): [hassh: string[], server: string[]] {
  const found = foundFingerprints(packets);
  const values = (kind: string) =>
    found.filter((record) => record.kind === kind).map(({ value }) => value);
  return [values("hassh"), values("hassh_server")];
}

const BOTH = [[HASSH], [HASSH_SERVER]];

/** Everything that one side says, as packets of a connection. */
type Says = (side: SideName, bytes: Uint8Array, cuts?: readonly number[]) => CapturedPacket[];

/** Orders in which the openings of both sides may come. */
const ORDERS: Readonly<Record<string, (says: Says) => CapturedPacket[]>> = {
  "the server first": (says) => [...says("server", SERVER), ...says("client", CLIENT)],
  "the client first": (says) => [...says("client", CLIENT), ...says("server", SERVER)],
  "banner and KEXINIT in segments of their own": (says) => [
    ...says("client", CLIENT, [CLIENT_BANNER]),
    ...says("server", SERVER, [SERVER_BANNER]),
  ],
  "a banner that is split within its line end": (says) => [
    ...says("server", SERVER, [SERVER_BANNER - 1]),
    ...says("client", CLIENT, [CLIENT_BANNER - 2]),
  ],
  "a KEXINIT over several segments": (says) => [
    ...says("client", CLIENT, [CLIENT_BANNER, CLIENT_BANNER + 1, CLIENT_BANNER + 4, 120, 200]),
    ...says("server", SERVER, [3, SERVER_BANNER + 5, 100, 101]),
  ],
  "everything byte by byte": (says) => [
    ...says("client", CLIENT, Array.from({ length: CLIENT.length - 1 }, (_, at) => at + 1)),
    ...says("server", SERVER, Array.from({ length: SERVER.length - 1 }, (_, at) => at + 1)),
  ],
  "the server's KEXINIT before the client's banner": (says) => [
    ...says("server", SERVER, [SERVER_BANNER]),
    ...says("client", CLIENT, [CLIENT_BANNER]),
  ],
  "segments that change places": (says) => [
    ...says("client", CLIENT, [10, CLIENT_BANNER, 150]).toReversed(),
    ...says("server", SERVER, [SERVER_BANNER, 90]).toReversed(),
  ],
  "segments that come twice": (says) =>
    [...says("client", CLIENT, [60]), ...says("server", SERVER, [SERVER_BANNER])]
      .flatMap((packet) => [packet, packet]),
};

for (const [name, order] of Object.entries(ORDERS)) {
  Deno.test(`sniff finds both hashes with ${name}`, () => {
    for (const serverPort of [22, 2222, 443, 50_000]) {
      const connection = connect({ serverPort });
      const says: Says = (side, bytes, cuts) => connection.pieces(side, bytes, cuts);
      assert.deepEqual(hashes([...connection.open(), ...order(says)]), BOTH, `port ${serverPort}`);
    }
    const connection = connect({ client: "2001:db8::1", server: "2001:db8::22" });
    const says: Says = (side, bytes, cuts) => connection.pieces(side, bytes, cuts);
    assert.deepEqual(hashes([...connection.open(), ...order(says)]), BOTH, "IPv6");
  });
}

Deno.test("sniff finds both hashes where the start of the connection was not captured", () => {
  const connection = connect();
  const packets = [...connection.pieces("server", SERVER), ...connection.pieces("client", CLIENT)];
  assert.deepEqual(hashes(packets), BOTH);
});

Deno.test("sniff finds the hash of the only side that was captured", () => {
  const connection = connect();
  const [syn, synAck] = connection.open();
  assert.deepEqual(hashes([syn!, ...connection.pieces("client", CLIENT, [30])]), [[HASSH], []]);
  assert.deepEqual(
    hashes([synAck!, ...connection.pieces("server", SERVER, [30])]),
    [[], [HASSH_SERVER]],
  );
  assert.deepEqual(hashes(connect().pieces("server", SERVER)), [[], [HASSH_SERVER]]);
});

/** What may stand before the server's identification (RFC 4253 4.2), and how it may end. */
const BANNERS: Readonly<Record<string, readonly [before: string, lineEnd: string]>> = {
  "a line before it": ["Welcome to this host\r\n", "\r\n"],
  "many lines before it": [`${"-- authorised use only --\r\n".repeat(40)}\r\n`, "\r\n"],
  "a line that talks of SSH before it": ["this is SSH-2.0-not-yet\r\n", "\r\n"],
  "LF alone at its end": ["", "\n"],
  "lines with LF alone before it": ["one\ntwo\n", "\n"],
};

for (const [name, [before, lineEnd]] of Object.entries(BANNERS)) {
  Deno.test(`sniff finds HASSHServer behind a banner with ${name}`, () => {
    const server = concatBytes(
      latin1Bytes(`${before}SSH-2.0-late${lineEnd}`),
      SERVER.subarray(SERVER_BANNER),
    );
    for (const cuts of [[], [1], [before.length], [before.length + 3, before.length + 9], [200]]) {
      for (const clientFirst of [true, false]) {
        const connection = connect();
        const open = connection.open();
        const said = connection.pieces("server", server, cuts.filter((cut) => cut > 0));
        const client = connection.pieces("client", CLIENT);
        const packets = clientFirst ? [...client, ...said] : [...said, ...client];
        assert.deepEqual(hashes([...open, ...packets]), BOTH, `${cuts}, ${clientFirst}`);
      }
    }
  });
}

Deno.test("sniff finds HASSHServer behind a late banner of which only that side was captured", () => {
  const connection = connect();
  const server = concatBytes(text("Welcome\r\n"), SERVER);
  const packets = [connection.open()[1]!, ...connection.pieces("server", server, [9])];
  assert.deepEqual(hashes(packets), [[], [HASSH_SERVER]]);
});

Deno.test("sniff takes SSH-1.99 for SSH 2, and finds no hash in SSH 1.5", () => {
  const connection = connect();
  const both = [
    ...connection.pieces("server", sshOpening("SSH-1.99-Cisco-1.25", SERVER_LISTS)),
    ...connection.pieces("client", sshOpening("SSH-1.99-old", CLIENT_LISTS)),
  ];
  assert.deepEqual(hashes([...connection.open(), ...both]), BOTH);
  // A public key packet of version 1: length, padding, type.
  const key = concatBytes(
    latin1Bytes("SSH-1.5-1.2.27\n"),
    Uint8Array.of(0, 0, 0, 12),
    new Uint8Array(32),
  );
  const old = connect();
  const packets = [
    ...old.pieces("server", key),
    ...old.pieces("client", latin1Bytes("SSH-1.5-1.2.27\n")),
  ];
  assert.deepEqual(hashes([...old.open(), ...packets]), [[], []]);
});

/** A packet of RFC 4253 6 with the least padding. */
function packet(payload: Uint8Array): Uint8Array {
  const padding = 4 + (8 - (5 + payload.length + 4) % 8) % 8;
  return new ByteWriter().uint(4, 1 + payload.length + padding).u8(padding).bytes(payload)
    .bytes(new Uint8Array(padding)).finish();
}

Deno.test("sniff finds a KEXINIT behind SSH_MSG_IGNORE and SSH_MSG_DEBUG, and with a guess after it", () => {
  const ignore = packet(concatBytes(Uint8Array.of(2, 0, 0, 0, 3), text("abc")));
  const debug = packet(concatBytes(Uint8Array.of(4, 1, 0, 0, 0, 2), text("hi"), new Uint8Array(4)));
  const guess = packet(concatBytes(Uint8Array.of(30, 0, 0, 0, 32), new Uint8Array(32)));
  const client = concatBytes(
    CLIENT.subarray(0, CLIENT_BANNER),
    ...[ignore, debug, CLIENT.subarray(CLIENT_BANNER), guess],
  );
  const connection = connect();
  const packets = [
    ...connection.open(),
    ...connection.pieces("client", client, [70]),
    ...connection.pieces("server", SERVER),
  ];
  assert.deepEqual(hashes(packets), BOTH);
});

Deno.test("sniff hashes empty lists, and bytes above 0x7f as they are", () => {
  const empty = Array<string>(10).fill("");
  const odd = ["k\u00e9x", "h", "\u00ff", "", "\u0080,b", "", "n", "", "", ""];
  const connection = connect();
  const packets = [
    ...connection.open(),
    ...connection.pieces("client", sshOpening("SSH-2.0-odd", odd)),
    ...connection.pieces("server", sshOpening("SSH-2.0-empty", empty)),
  ];
  assert.deepEqual(hashes(packets), [
    [referenceHassh(["k\u00e9x", "\u00ff", "\u0080,b", "n"])],
    [referenceHassh(["", "", "", ""])],
  ]);
});
