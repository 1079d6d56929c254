/** The signature language of p0f v3, and matching by signatures that somebody else has written. */
import assert from "node:assert/strict";
import { parseDatabase } from "../../../lib/fingerprint/p0f/database.ts";
import { StackIdentifier } from "../../../lib/fingerprint/p0f/identifier.ts";
import { formatLayout, parseLayout } from "../../../lib/fingerprint/p0f/layout.ts";
import { StackObservation } from "../../../lib/fingerprint/p0f/observation.ts";
import { formatQuirks, parseQuirks } from "../../../lib/fingerprint/p0f/quirks.ts";
import { parseSignature } from "../../../lib/fingerprint/p0f/signature.ts";
import { kindOf } from "./capture.ts";
import type { FuzzTarget } from "../target.ts";

const MAX_ERRORS = 100;

const FILE = `; comment
classes = win,unix,other

[mtu]
label = Ethernet or modem
sig   = 576
sig   = 1500

[tcp:request]
label = s:unix:Linux:3.11 and newer
sig   = *:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0
sig   = *:64:0:*:mss*20,7:mss,sok,ts,nop,ws:df,id+:0
label = g:win:Windows:NT kernel
sig   = *:128:0:*:8192,*:mss,nop,nop,sok:df,id+:0
label = s:!:NMap:SYN scan
sys   = @unix,@win
sig   = *:64-:0:1460:1024,0:mss::0
sig   = 4:54+10:0:*:%8192,*:?30,eol+1:id-,ecn,0+,flow:+

[tcp:response]
label = s:other:Nintendo:3DS
sig   = *:64:0:1360:32768,0:mss,nop,nop,sok:df,id+:0

[http:request]
ua_os = Linux
sig = *:Host:x
`;

export const P0F: FuzzTarget = {
  name: "p0f",
  words: [
    ...["mss*", "mtu*", "%", "*", ",", ":", "eol+", "?", "nop", "sok", "ws", "ts", "df", "id+"],
    ...["[mtu]\n", "[tcp:request]\n", "label = ", "sig = ", "sys = ", "\n", "65535", "64-", "-1"],
  ],
  seeds: () =>
    [FILE, ...FILE.split("\n").map((line) => line.slice(line.indexOf("=") + 1).trim())]
      .map((text) => new TextEncoder().encode(text)),
  run(input) {
    const text = new TextDecoder().decode(input);
    return `${signature(text)} ${layout(text)} ${database(text)}`;
  },
};

function signature(text: string): string {
  const parsed = parseSignature(text);
  if (typeof parsed === "string") return kindOf(parsed.replace(/'[^]*'/, "''"));
  const { ttl, mss, window, scale, quirks, ipOptionLength } = parsed;
  assert.ok(ttl >= 1 && ttl <= 255 && mss <= 65535 && window <= 65535 && scale <= 255);
  assert.ok(ipOptionLength >= 0 && ipOptionLength <= 255);
  assert.equal(parseQuirks(formatQuirks(quirks)), quirks);
  return `signature ${parsed.windowKind} ${parsed.layout.kinds.length}`;
}

function layout(text: string): string {
  const parsed = parseLayout(text);
  if (parsed === undefined) return "none";
  const { kinds, padding } = parsed;
  assert.deepEqual(parseLayout(formatLayout(kinds, kinds.length, padding)), parsed);
  return `layout ${kinds.length}`;
}

function database(text: string): string {
  const { database, errors } = parseDatabase(text);
  const entries = [...database.requests, ...database.responses];
  assert.ok(errors.length <= MAX_ERRORS);
  assert.ok(entries.length + database.links.size + errors.length <= text.split("\n").length);
  for (const { label } of entries) assert.match(label.osGuess, /^[a-z0-9_]+$/);
  const identifier = new StackIdentifier(database);
  const names = entries.slice(0, 4).map(({ signature }) => {
    const seen = new StackObservation();
    Object.assign(seen, { ipVersion: 4, ttl: signature.ttl, quirks: signature.quirks });
    Object.assign(seen, { mss: Math.max(0, signature.mss), window: signature.window });
    return identifier.identify(seen).osGuess;
  });
  return `${entries.length} ${database.links.size} ${
    kindOf(errors[0]?.message.split("'")[0])
  } ${names}`;
}
