import assert from "node:assert/strict";
import fc from "fast-check";
import { readContainer, readContainerList } from "./read_containers.ts";

Deno.test("readContainerList() reads what is listed", () => {
  assert.deepEqual(
    readContainerList([
      {
        Id: "a",
        Names: ["/other/alias", "/decky-ssh"],
        Labels: { k: "v", n: 1 },
        State: "running",
      },
      { Id: "b", Names: ["/b"], Labels: null, State: "exited" },
      { Id: "c", State: "paused" },
      { Names: ["/no-id"] },
      null,
    ]),
    [
      { id: "a", name: "decky-ssh", labels: { k: "v" }, running: true },
      { id: "b", name: "b", labels: {}, running: false },
      { id: "c", name: "", labels: {}, running: true },
    ],
  );
});

Deno.test("readContainer() reads what decides how its log is read", () => {
  const json = {
    Id: "a",
    Name: "/decky-ssh",
    State: { Running: true, StartedAt: "2026-11-21T07:36:53.637369628Z", ExitCode: 3 },
    Config: { Tty: true, Labels: { k: "v" } },
    HostConfig: { LogConfig: { Type: "json-file", Config: { "max-size": "1m" } } },
  };
  assert.deepEqual(readContainer(json), {
    id: "a",
    name: "decky-ssh",
    labels: { k: "v" },
    running: true,
    tty: true,
    startedAt: "2026-11-21T07:36:53.637369628Z",
    exitCode: 3,
    linesPerFile: 16384,
  });
});

Deno.test("readContainer() fills in what is left out, and returns undefined without an id", () => {
  assert.deepEqual(readContainer({ Id: "a" }), {
    ...{ id: "a", name: "", labels: {}, running: false, tty: false },
    ...{ startedAt: "", exitCode: 0, linesPerFile: 0 },
  });
  assert.equal(readContainer({}), undefined);
  assert.equal(readContainer(null), undefined);
});

Deno.test("readContainer() and readContainerList() never throw", () => {
  const keys = ["Id", "Names", "State", "Config", "HostConfig", "LogConfig", "Labels"];
  const hostile = fc.dictionary(fc.constantFrom(...keys), fc.anything());
  fc.assert(fc.property(fc.oneof(fc.anything(), hostile), (json) => {
    readContainer(json);
    readContainer(Object.assign(Object(json), { Id: "a", HostConfig: { LogConfig: json } }));
    readContainerList([json]);
  }));
});
