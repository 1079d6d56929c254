import assert from "node:assert/strict";
import { defaultSockets, formatDockerHost, parseDockerHost } from "./docker_host.ts";

Deno.test("parseDockerHost() reads sockets, TCP with and without TLS, and SSH", () => {
  const tcp = { kind: "tcp", hostname: "h", port: 2375, tls: false, prefix: "/" };
  const cases: [text: string, host: unknown][] = [
    ["unix:///run/docker.sock", { kind: "unix", path: "/run/docker.sock" }],
    ["npipe:////./pipe/docker_engine", { kind: "unix", path: "//./pipe/docker_engine" }],
    ["tcp://h", tcp],
    ["h", tcp],
    ["h:1234", { ...tcp, port: 1234 }],
    ["http://h:80/docker", { ...tcp, port: 80, prefix: "/docker" }],
    ["tcp://[2001:db8::1]:2375", { ...tcp, hostname: "2001:db8::1" }],
    ["tcp://h:2376", { ...tcp, port: 2376, tls: true }],
    ["https://h", { ...tcp, port: 2376, tls: true }],
    ["ssh://h", { kind: "ssh", hostname: "h", port: 22, user: undefined }],
    ["ssh://us%20er@h:2222", { kind: "ssh", hostname: "h", port: 2222, user: "us er" }],
  ];
  for (const [text, host] of cases) assert.deepEqual(parseDockerHost(text), host, text);
});

Deno.test("parseDockerHost() turns to TLS with DOCKER_TLS_VERIFY, unless that is empty", () => {
  const tls = (value: string) => {
    const host = parseDockerHost("tcp://h:1", { DOCKER_TLS_VERIFY: value });
    return host.kind === "tcp" && host.tls;
  };
  assert.deepEqual([tls("1"), tls("")], [true, false]);
});

Deno.test("parseDockerHost() says what an address looks like", () => {
  for (const text of ["", "unix://", "fd://", "ftp://h", "tcp://", "tcp://h:99999", "ssh://"]) {
    assert.throws(() => parseDockerHost(text), /unix:\/\/\/var\/run\/docker\.sock/, text);
  }
});

Deno.test("formatDockerHost() gives what parseDockerHost() reads", () => {
  for (const text of ["unix:///d.sock", "tcp://[::1]:2375", "tcp://h:2376", "ssh://u@h:22"]) {
    assert.equal(formatDockerHost(parseDockerHost(text)), text);
  }
});

Deno.test("defaultSockets() puts Docker before Podman and root before users", () => {
  assert.deepEqual(defaultSockets({ HOME: "/home/u", XDG_RUNTIME_DIR: "/run/user/7" }, false), [
    "/var/run/docker.sock",
    "/run/user/7/docker.sock",
    "/home/u/.docker/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/user/7/podman/podman.sock",
  ]);
  assert.equal(defaultSockets({}, true).length, 1);
});
