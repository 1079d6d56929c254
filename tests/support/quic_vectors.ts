/** The examples of RFC 9001 and RFC 9369, appendix A of both. */
import { concatBytes, fromHex } from "../../lib/bytes.ts";
import { QUIC_V1, QUIC_V2 } from "./quic_packets.ts";

/** Destination connection ID of the client's first packet. */
export const CONNECTION_ID = fromHex("8394c8f03e515708");

/** The ClientHello message. */
export const QUIC_CLIENT_HELLO = fromHex(
  [
    "010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302",
    "010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007",
    "000504616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa",
    "71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d000201",
    "01001c00024001003900320408ffffffffffffffff05048000ffff07048000ffff080110010480007530090110",
    "0f088394c8f03e51570806048000ffff",
  ].join(""),
);

/** The ServerHello message. */
export const QUIC_SERVER_HELLO = fromHex(
  [
    "020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a1200130100002e00",
    "330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304",
  ].join(""),
);

/** Frames of the client's packet (A.2): its hello and PADDING up to 1162 bytes. */
export const CLIENT_FRAMES = concatBytes(
  fromHex("060040f1"),
  QUIC_CLIENT_HELLO,
  new Uint8Array(917),
);

/** Frames of the server's packet (A.3): an ACK and its hello. */
export const SERVER_FRAMES = concatBytes(fromHex("02000000000600405a"), QUIC_SERVER_HELLO);

/** What one version makes of the example. */
export interface QuicVector {
  readonly version: number;
  readonly initialSecret: string;
  readonly clientKeys: readonly [key: string, iv: string, hp: string];
  readonly serverKeys: readonly [key: string, iv: string, hp: string];
  /** First 38 bytes of the client's protected packet, and its authentication tag. */
  readonly clientPacket: readonly [start: string, tag: string];
  readonly serverPacket: string;
  readonly retryPacket: string;
}

/** Versions 1 and 2. */
export const QUIC_VECTORS: readonly QuicVector[] = [
  {
    version: QUIC_V1,
    initialSecret: "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44",
    clientKeys: [
      "1f369613dd76d5467730efcbe3b1a22d",
      "fa044b2f42a3fd3b46fb255c",
      "9f50449e04a0e810283a1e9933adedd2",
    ],
    serverKeys: [
      "cf3a5331653c364c88f0f379b6067e37",
      "0ac1493ca1905853b0bba03e",
      "c206b8d9b9f0f37644430b490eeaa314",
    ],
    clientPacket: [
      "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9b",
      "e221af44860018ab0856972e194cd934",
    ],
    serverPacket: [
      "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554",
      "780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b",
      "562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee",
    ].join(""),
    retryPacket: "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba",
  },
  {
    version: QUIC_V2,
    initialSecret: "2062e8b3cd8d52092614b8071d0aa1fb7c2e3ac193f78b280e72d8f5751f6aba",
    clientKeys: [
      "8b1a0bc121284290a29e0971b5cd045d",
      "91f73e2351d8fa91660e909f",
      "45b95e15235d6f45a6b19cbcb0294ba9",
    ],
    serverKeys: [
      "82db637861d55e1d011f19ea71d5d2a7",
      "dd13c276499c0249d3310652",
      "edf6d05c83121201b436e16877593c3a",
    ],
    clientPacket: [
      "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071",
      "a18b2faa745b6fe189cf772a9f84cbfc",
    ],
    serverPacket: [
      "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf",
      "87263017915358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e4275",
      "7507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140",
    ].join(""),
    retryPacket: "cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6",
  },
];
