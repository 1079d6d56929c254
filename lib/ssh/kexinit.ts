/** SSH_MSG_KEXINIT: what a side is able to speak (RFC 4253 7.1). */
import { ByteMemo } from "../byte_memo.ts";
import { ByteReader } from "../bytes.ts";
import { latin1 } from "../text/latin1.ts";
import { SSH_MESSAGE } from "./packet.ts";

/** The ten name-lists, each as sent: names joined by commas, Latin-1. */
export interface KexInit {
  readonly kexAlgorithms: string;
  readonly hostKeyAlgorithms: string;
  readonly encryptionClientToServer: string;
  readonly encryptionServerToClient: string;
  readonly macClientToServer: string;
  readonly macServerToClient: string;
  readonly compressionClientToServer: string;
  readonly compressionServerToClient: string;
  readonly languagesClientToServer: string;
  readonly languagesServerToClient: string;
}

const COOKIE_LENGTH = 16;

/** Payloads behind their cookie that are remembered, and the longest of them: clients have under 2 KiB. */
const MAX_REMEMBERED = 256;
const MAX_REMEMBERED_LENGTH = 2048;

const known = new ByteMemo<KexInit>(MAX_REMEMBERED_LENGTH, MAX_REMEMBERED);

/**
 * Parses the payload of a packet; undefined when it is no whole KEXINIT. A program has the same lists
 * in each connection: for the same bytes the same object is given, if it is remembered.
 */
export function parseKexInit(payload: Uint8Array): KexInit | undefined {
  const start = 1 + COOKIE_LENGTH;
  const length = payload.length - start;
  if (payload[0] !== SSH_MESSAGE.kexinit || length <= 0) return undefined;
  if (length > MAX_REMEMBERED_LENGTH) return readKexInit(payload);
  known.key.set(payload.subarray(start));
  const lists = known.find(length);
  if (lists !== undefined) return lists;
  const read = readKexInit(payload);
  return read && known.keep(read);
}

function readKexInit(payload: Uint8Array): KexInit | undefined {
  const reader = new ByteReader(payload);
  reader.take(1 + COOKIE_LENGTH);
  const nameList = () => latin1(reader.vector(4));
  const kexInit: KexInit = {
    kexAlgorithms: nameList(),
    hostKeyAlgorithms: nameList(),
    encryptionClientToServer: nameList(),
    encryptionServerToClient: nameList(),
    macClientToServer: nameList(),
    macServerToClient: nameList(),
    compressionClientToServer: nameList(),
    compressionServerToClient: nameList(),
    languagesClientToServer: nameList(),
    languagesServerToClient: nameList(),
  };
  return reader.failed ? undefined : kexInit;
}

/** The names of a name-list; none for the empty list. */
export function names(nameList: string): string[] {
  return nameList === "" ? [] : nameList.split(",");
}
