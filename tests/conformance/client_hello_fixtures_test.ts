/** JA3 and JA4 of real clients, against values that tshark took from the same bytes. */
import assert from "node:assert/strict";
import { ja3 } from "../../lib/fingerprint/ja3.ts";
import { ja3s } from "../../lib/fingerprint/ja3s.ts";
import { Ja4 } from "../../lib/fingerprint/ja4.ts";
import { parseClientHello } from "../../lib/tls/client_hello.ts";
import { HANDSHAKE_TYPE } from "../../lib/tls/constants.ts";
import { parseServerHello } from "../../lib/tls/server_hello.ts";
import { HELLO_FIXTURES, type HelloFixture } from "../support/hello_fixtures.ts";
import { datagramReader, type ReadMessage, readTlsMessages } from "../support/hello_reader.ts";

function messagesOf({ transport, payloads }: HelloFixture): readonly ReadMessage[] {
  if (transport === "t") return payloads.flatMap(({ bytes }) => readTlsMessages(bytes));
  const reader = datagramReader(transport);
  return payloads.flatMap(({ bytes, fromClient }) => reader.push(bytes, fromClient));
}

for (const fixture of HELLO_FIXTURES) {
  const { client, transport } = fixture;

  Deno.test(`ja3() and Ja4 of ${client} are what tshark sees`, () => {
    const messages = messagesOf(fixture);
    const hellos = messages
      .filter(({ type }) => type === HANDSHAKE_TYPE.clientHello)
      .map(({ body }) => parseClientHello(body, transport === "d" ? "dtls" : "tls")!);
    assert.deepEqual(
      hellos.map((hello) => {
        const { serverName } = hello;
        const seen = { ...ja3(hello), ja4: new Ja4(hello, transport).ja4 };
        return serverName === undefined ? seen : { ...seen, serverName };
      }),
      fixture.hellos,
    );
    const answers = messages
      .filter(({ type }) => type === HANDSHAKE_TYPE.serverHello)
      .map(({ body }) => ja3s(parseServerHello(body)!).ja3s);
    if (fixture.ja3s !== undefined) assert.deepEqual(answers, [fixture.ja3s]);
  });
}

Deno.test("parseClientHello() tells the second hello of DTLS by its cookie", () => {
  const fixture = HELLO_FIXTURES.find(({ client }) => client.endsWith("dtls1.2-cookie"))!;
  const retries = messagesOf(fixture)
    .filter(({ type }) => type === HANDSHAKE_TYPE.clientHello)
    .map(({ body }) => parseClientHello(body, "dtls")?.retry);
  assert.deepEqual(retries, [false, true]);
});
