/** TLS handshake messages and what is made of them, each taken for each of the others. */
import assert from "node:assert/strict";
import { ja3 } from "../../../lib/fingerprint/ja3.ts";
import { ja3s } from "../../../lib/fingerprint/ja3s.ts";
import { Ja4 } from "../../../lib/fingerprint/ja4.ts";
import { ja4s } from "../../../lib/fingerprint/ja4plus/ja4s.ts";
import { jarmAnswerLength, parseJarmAnswer } from "../../../lib/fingerprint/jarm_hash.ts";
import { alertName, parseAlert } from "../../../lib/tls/alert.ts";
import { MAX_CHAIN_LENGTH, parseCertificateMessage } from "../../../lib/tls/certificate_message.ts";
import {
  asciiText,
  offeredVersion,
  parseClientHello,
  resumptionOffers,
} from "../../../lib/tls/client_hello.ts";
import { VERSION, versionName } from "../../../lib/tls/constants.ts";
import {
  chosenAlpn,
  parseEncryptedExtensions,
  parseServerHello,
  retryCookie,
  serverKeyShare,
} from "../../../lib/tls/server_hello.ts";
import type { FuzzTarget } from "../target.ts";
import { tlsMessages, tlsStreams } from "../tls_seeds.ts";

export const TLS_MESSAGES: FuzzTarget = {
  name: "tls_messages",
  seeds: () => [...tlsMessages(), ...tlsStreams().map((stream) => stream.subarray(0, 1500))],
  run(input) {
    const alert = parseAlert(input);
    if (alert !== undefined) assert.match(alertName(alert.description), /^[a-z0-9_]+$/);
    const answer = parseJarmAnswer(input);
    assert.ok(answer.split("|").length >= 4 && (jarmAnswerLength(input) ?? 0) >= 0);
    return [
      clientHello(input, "tls"),
      clientHello(input, "dtls"),
      serverHello(input),
      certificates(input, VERSION.tls12),
      certificates(input, VERSION.tls13),
      parseEncryptedExtensions(input)?.length,
    ].join();
  },
};

function clientHello(body: Uint8Array, form: "tls" | "dtls"): string {
  const hello = parseClientHello(body, form);
  if (hello === undefined) return "none";
  const lists = [
    ...[hello.cipherSuites, hello.extensions, hello.supportedGroups, hello.pointFormats],
    ...[hello.signatureAlgorithms, hello.supportedVersions, hello.keyShareGroups, hello.alpn],
    hello.certificateCompression,
  ];
  // An extension that comes twice is read once, so that no byte counts for two lists.
  assert.ok(lists.reduce((sum, list) => sum + list.length, 0) <= body.length);
  assert.ok((hello.serverName?.length ?? 0) <= body.length);
  assert.match(ja3(hello).ja3Raw, /^\d+(?:,[\d-]*){4}$/);
  const ja4 = new Ja4(hello, form === "dtls" ? "d" : "t");
  assert.match(ja4.ja4, /^[td][0-9a-z]{2}[id]\d{4}[0-9A-Za-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/);
  assert.match(ja4.ja4Original, /^[!-~]{36}$/);
  assert.match(ja4.ja4OriginalRaw, /^[td][0-9A-Za-z]{9}_[0-9a-f,]*_[0-9a-f,_]*$/);
  assert.match(versionName(offeredVersion(hello)), /^[ -~]+$/);
  const names = hello.alpn.map((name) => asciiText(name));
  assert.equal(names.join("").length, hello.alpn.reduce((sum, { length }) => sum + length, 0));
  const said = lists.map((list) => list.length > 0 ? 1 : 0).join("");
  return `${said} ${resumptionOffers(hello).join("+")} ${hello.serverName === undefined}`;
}

function serverHello(body: Uint8Array): string {
  const hello = parseServerHello(body);
  if (hello === undefined) return "none";
  assert.equal(hello.random.length, 32);
  assert.ok(hello.extensions.length <= body.length / 4);
  assert.match(ja3s(hello).ja3sRaw, /^\d+,\d+,[\d-]*$/);
  assert.match(ja4s(hello, "t").ja4s, /^t[0-9a-z]{2}\d{2}[0-9A-Za-z]{2}_[0-9a-f]{4}_[0-9a-f]{12}$/);
  const parts = [retryCookie(hello), serverKeyShare(hello), chosenAlpn(hello.extensions)];
  return `${hello.retryRequest} ${hello.version} ${parts.map((part) => part !== undefined).join()}`;
}

function certificates(body: Uint8Array, version: number): number | undefined {
  const chain = parseCertificateMessage(body, version);
  if (chain === undefined) return undefined;
  assert.ok(chain.length <= MAX_CHAIN_LENGTH);
  assert.ok(chain.reduce((sum, { length }) => sum + length, 0) <= body.length);
  return chain.length;
}
