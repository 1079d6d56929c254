import assert from "node:assert/strict";
import { EngineError } from "./engine.ts";
import { engineFailure } from "./engine_failure.ts";

function failure(details: Record<string, unknown>, message = "raw words"): EngineError {
  return engineFailure("unix:///d.sock", Object.assign(new Error(message), details));
}

Deno.test("engineFailure() says what to do about a socket", () => {
  const cases: [code: string, message: RegExp, hint: RegExp][] = [
    ["ENOENT", /no such socket/, /is Docker running/],
    ["EACCES", /may not be opened/, /group docker.*CONTAINERS=1 EVENTS=1/],
    ["ECONNREFUSED", /refuses connections/, /is Docker running/],
    ["EMFILE", /file descriptor/, /ulimit -n/],
  ];
  for (const [code, message, hint] of cases) {
    const error = failure({ code });
    assert.match(error.message, message);
    assert.ok(error.message.startsWith("unix:///d.sock: "));
    assert.match(error.hint!, hint);
    assert.equal(error.status, undefined);
    assert.deepEqual([error.isForbidden, error.isCrowded], [code === "EACCES", code === "EMFILE"]);
  }
});

Deno.test("engineFailure() says where the name of a host comes from", () => {
  const words = "failed to lookup address information: Name or service not known";
  for (const error of [failure({ code: "ENOTFOUND" }), failure({}, words)]) {
    assert.match(error.message, /its name is not known$/);
    assert.match(error.hint!, /DOCKER_HOST/);
  }
});

Deno.test("engineFailure() repeats what the engine said", () => {
  const gone = failure({ statusCode: 404, json: { message: "No such container: x" } });
  assert.equal(gone.message, "unix:///d.sock: No such container: x");
  assert.deepEqual([gone.isGone, gone.isHopeless], [true, false]);
  const old = "client version 1.99 is too new. Maximum supported API version is 1.41";
  assert.ok(failure({ statusCode: 400, json: { message: old } }).message.endsWith(old));
});

Deno.test("engineFailure() knows a log that cannot be read, and a proxy that says no", () => {
  const none = failure({ statusCode: 501, json: null });
  assert.equal(none.isHopeless, true);
  assert.match(none.hint!, /json-file/);
  assert.match(failure({ statusCode: 403 }).hint!, /EVENTS=1/);
});

Deno.test("engineFailure() keeps the words of what it does not know", () => {
  assert.equal(failure({}).message, "unix:///d.sock: raw words");
  assert.equal(failure({ code: "EODD" }).message, "unix:///d.sock: raw words");
  assert.equal(engineFailure("d", "text").message, "d: text");
  const error = new EngineError("mine");
  assert.equal(engineFailure("d", error), error);
});

Deno.test("engineFailure() says in plain words what an SSH client refuses", () => {
  const denied = failure({}, "Host denied (verification failed)");
  assert.match(denied.message, /host key is not the one in known_hosts/);
  const stranger = failure({}, "All configured authentication methods failed");
  assert.match(stranger.message, /lets none of the keys in/);
  assert.ok(denied.isForbidden && stranger.isForbidden);
});
