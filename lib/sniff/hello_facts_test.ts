import assert from "node:assert/strict";
import { ja3 } from "../fingerprint/ja3.ts";
import { Ja4 } from "../fingerprint/ja4.ts";
import { parseClientHello } from "../tls/client_hello.ts";
import { parseServerHello } from "../tls/server_hello.ts";
import { CLIENT_HELLO, SERVER_HELLO } from "../../tests/support/rfc8448_trace.ts";
import { clientHelloFacts, serverHelloFacts } from "./hello_facts.ts";

const HEADER_LENGTH = 4;
const CLIENT = CLIENT_HELLO.subarray(HEADER_LENGTH);
const SERVER = SERVER_HELLO.subarray(HEADER_LENGTH);

Deno.test("clientHelloFacts() says of a hello that was seen before what it said at first", () => {
  const hello = parseClientHello(CLIENT)!;
  const facts = clientHelloFacts(CLIENT, "t")!;
  assert.equal(facts.own.fields["ja3"], ja3(hello).ja3);
  assert.equal(facts.own.fields["ja4"], new Ja4(hello, "t").ja4);
  assert.equal(facts.name, `${facts.own.fields["ja3"]} ${facts.own.fields["ja4"]}`);
  assert.equal(facts.sni, "server");
  const again = CLIENT.slice();
  again.fill(7, 2, 34);
  assert.equal(clientHelloFacts(again, "t"), facts, "another random makes no other client");
  again[1]! ^= 1;
  assert.notEqual(clientHelloFacts(again, "t")!.name, facts.name);
});

Deno.test("clientHelloFacts() keeps transports apart", () => {
  const overQuic = clientHelloFacts(CLIENT, "q")!.own.fields["ja4"];
  assert.match(String(clientHelloFacts(CLIENT, "t")!.own.fields["ja4"]), /^t/);
  assert.match(String(overQuic), /^q/);
});

Deno.test("clientHelloFacts() returns undefined for what is no hello", () => {
  assert.equal(clientHelloFacts(CLIENT.subarray(0, 36), "t"), undefined);
  assert.equal(clientHelloFacts(new Uint8Array(0), "d"), undefined);
});

Deno.test("serverHelloFacts() gives the same for the same answer, and no JA4S when there is to be none", () => {
  const hello = parseServerHello(SERVER)!;
  const facts = serverHelloFacts(hello, "t", true);
  const other = SERVER.slice();
  other.fill(7, 2, 34);
  assert.equal(serverHelloFacts(parseServerHello(other)!, "t", true), facts);
  assert.equal(serverHelloFacts(hello, "t", false).fields.fields["ja4s"], undefined);
  assert.match(String(facts.fields.fields["ja4s"]), /^t13/);
  assert.notEqual(serverHelloFacts({ ...hello, cipherSuite: 0x1303 }, "t", true).name, facts.name);
  assert.notEqual(
    serverHelloFacts({ ...hello, extensions: hello.extensions.slice(1) }, "t", true).name,
    facts.name,
  );
});
