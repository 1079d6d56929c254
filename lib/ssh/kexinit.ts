/** SSH_MSG_KEXINIT: what a side is able to speak (RFC 4253 7.1). */
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

/** Parses the payload of a packet; undefined when it is no whole KEXINIT. */
export function parseKexInit(payload: Uint8Array): KexInit | undefined {
  const reader = new ByteReader(payload);
  if (reader.u8() !== SSH_MESSAGE.kexinit) return undefined;
  reader.take(COOKIE_LENGTH);
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
