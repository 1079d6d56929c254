/** Versions of QUIC, as far as their Initial packets differ. */
import { fromHex } from "../bytes.ts";

/** How the Initial packets of a version are made. */
export interface InitialStyle {
  /** Salts to try for initial_secret: one, except where nobody says which one it is. */
  readonly salts: readonly Uint8Array[];
  /** What the labels of the packet protection keys begin with. */
  readonly labelPrefix: "quic" | "quicv2";
  /** Long Packet Type of an Initial packet. */
  readonly initialType: number;
  /** Long Packet Type of a Retry packet. */
  readonly retryType: number;
}

/** RFC 9001 5.2; drafts 33 and 34 have it too. */
const SALT_V1 = fromHex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");
/** RFC 9369 3.3.1. */
const SALT_V2 = fromHex("0dede3def700a6db819381be6e269dcbf9bd2ed9");
/** draft-ietf-quic-v2-01 3.3.1. */
const SALT_V2_DRAFT = fromHex("a707c203a59b47184a1d62ca570406ea7ae3e5d3");
/** draft-ietf-quic-tls-29 to -32, 5.2. */
const SALT_29 = fromHex("afbfec289993d24c9e9786f19c6111e04390a899");
/** draft-ietf-quic-tls-23 to -28, 5.2. */
const SALT_23 = fromHex("c3eef712c72ebb5a11a7d2432bb46365bef9f502");
/** draft-ietf-quic-tls-21 and -22, 5.2. */
const SALT_22 = fromHex("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a");
/** Chromium's T050 and T051, which are QUIC with TLS in frames of gQUIC. */
const SALT_T050 = fromHex("7ff579e5acd072915580304c43a2367c60488310");
const SALT_T051 = fromHex("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d");

/** Packet types of RFC 9000 17.2. */
function first(...salts: Uint8Array[]): InitialStyle {
  return { salts, labelPrefix: "quic", initialType: 0, retryType: 3 };
}

/** Packet types and labels of RFC 9369 3.2 and 3.3. */
function second(...salts: Uint8Array[]): InitialStyle {
  return { salts, labelPrefix: "quicv2", initialType: 1, retryType: 0 };
}

const STYLE_V1 = first(SALT_V1);
const STYLE_29 = first(SALT_29);
const STYLE_23 = first(SALT_23);
const STYLE_22 = first(SALT_22);

const STYLES: ReadonlyMap<number, InitialStyle> = new Map<number, InitialStyle>([
  [0x00000001, STYLE_V1],
  [0x6b3343cf, second(SALT_V2)],
  [0x709a50c4, second(SALT_V2_DRAFT)],
  // Facebook's mvfst, after drafts 22 and 27.
  [0xfaceb001, STYLE_22],
  [0xfaceb002, STYLE_23],
  [0xfaceb00e, STYLE_23],
  [0x54303530, first(SALT_T050)],
  [0x54303531, first(SALT_T051)],
]);

/** Drafts write 0xff000000 plus their number; draft 22 gave the header its present form. */
const DRAFT_PREFIX = 0xff0000;
const OLDEST_DRAFT = 22;
const NEWEST_DRAFT = 34;

/**
 * Versions 0x?a?a?a?a exist to provoke a Version Negotiation (RFC 9000 15). Nobody says which salt
 * goes with them; clients use that of the version they would rather speak.
 */
const STYLE_RESERVED = first(SALT_V1, SALT_29);

/** How Initial packets of `version` are made; undefined for a version that is not known. */
export function initialStyle(version: number): InitialStyle | undefined {
  const style = STYLES.get(version);
  if (style !== undefined) return style;
  if (version >>> 8 === DRAFT_PREFIX) {
    const draft = version & 0xff;
    if (draft < OLDEST_DRAFT || draft > NEWEST_DRAFT) return undefined;
    if (draft > 32) return STYLE_V1;
    if (draft > 28) return STYLE_29;
    return draft > 22 ? STYLE_23 : STYLE_22;
  }
  return (version & 0x0f0f0f0f) === 0x0a0a0a0a ? STYLE_RESERVED : undefined;
}
