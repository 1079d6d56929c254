import assert from "node:assert/strict";
import { isBusAddress, parseBusAddress, showBusAddress } from "./bus_address.ts";

Deno.test("parseBusAddress() reads hosts, ports, prefix and files", () => {
  assert.deepEqual(parseBusAddress("nats://hub"), {
    servers: ["hub:4222"],
    tls: false,
    user: undefined,
    password: undefined,
    path: "",
    stream: undefined,
    replicas: undefined,
    files: {},
  });
  assert.deepEqual(
    parseBusAddress(
      "nats+tls://u:p%40@a,[::1]:9/decnet.edge-1?creds=%2Fx&stream=S&ca=c&replicas=3",
    ),
    {
      servers: ["a:4222", "[::1]:9"],
      tls: true,
      user: "u",
      password: "p@",
      path: "decnet.edge-1",
      stream: "S",
      replicas: 3,
      files: { creds: "/x", ca: "c" },
    },
  );
});

Deno.test("parseBusAddress() says what is wrong", () => {
  const wrong = {
    "nats://": /no address/,
    "nats://a,,b": /"" is no host/,
    "nats://a/x.*": /no prefix/,
    "nats://a/x y": /no prefix/,
    "nats://a?cred=x": /no cred/,
    "nats://a?cert=x": /go together/,
    "nats://a?replicas=0": /from 1 to 5/,
    "nats://a?replicas=6": /from 1 to 5/,
    "nats://a?replicas=": /from 1 to 5/,
    "http://a": /no address/,
  };
  for (const [text, reason] of Object.entries(wrong)) {
    assert.throws(() => parseBusAddress(text), reason, text);
  }
});

Deno.test("showBusAddress() leaves out secrets", () => {
  const address = parseBusAddress("nats+tls://u:secret@a/decnet?creds=x");
  assert.equal(showBusAddress(address), "nats+tls://a:4222/decnet");
});

Deno.test("isBusAddress() tells addresses from paths", () => {
  assert.ok(isBusAddress("nats://"));
  assert.ok(!isBusAddress("nats"));
  assert.ok(!isBusAddress("./nats://x"));
});

Deno.test("parseBusAddress() does not repeat a password in what it refuses", () => {
  for (const rest of ["a/*", "a?what=1", "a?cert=x", "", "a:b:c", "a?replicas=9"]) {
    assert.throws(
      () => parseBusAddress(`nats://user:secret@${rest}`),
      ({ message }: Error) => !message.includes("secret"),
      rest,
    );
  }
});

Deno.test("parseBusAddress() does not repeat a password that is not encoded", () => {
  const wrong = [
    "u:SEC?RET@hub",
    "u:SEC#RET@hub",
    "u:SEC/RET@hub",
    "u:1/SE CRET@hub",
    "u:S@E/C?RET@h",
  ];
  for (const rest of wrong) {
    assert.throws(
      () => parseBusAddress(`nats://${rest}`),
      ({ message }: Error) => !/SEC|RET|S@E|"[EC]/.test(message),
      rest,
    );
  }
});

Deno.test("parseBusAddress() takes a password with colons as it is", () => {
  const { user, password } = parseBusAddress("nats://u:a:b%3Ac@hub");
  assert.deepEqual([user, password], ["u", "a:b:c"]);
});
