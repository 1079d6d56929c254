import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DockerWorld } from "../../tests/support/docker_world.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { FakeDocker, sendJson } from "../../tests/support/fake_docker.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { concatBytes } from "../bytes.ts";
import { readingModem } from "./dockerode.ts";
import { dockerodeEngine } from "./dockerode_engine.ts";
import { type ByteSource, type Engine, EngineError, type LogRequest } from "./engine.ts";

const NEVER = new AbortController().signal;

const ALL: LogRequest = { follow: false, since: undefined, tail: undefined, signal: NEVER };

interface Setup {
  readonly world: DockerWorld;
  readonly docker: FakeDocker;
  readonly engine: Engine;
}

/** Runs a test against a fake daemon on a socket. */
async function withDocker(test: (setup: Setup) => Promise<void>, requestDeadlineMs = 10_000) {
  await using folder = await tempFolder();
  const world = new DockerWorld();
  await using docker = await FakeDocker.start(world, `${folder.path}/d.sock`);
  await test({
    world,
    docker,
    engine: await dockerodeEngine({ host: docker.host, env: {}, requestDeadlineMs }),
  });
}

async function textOf(source: ByteSource): Promise<string> {
  const all: Uint8Array[] = [];
  for (let chunks; (chunks = await source.read()) !== undefined;) all.push(...chunks);
  return new TextDecoder().decode(concatBytes(...all));
}

Deno.test("dockerodeEngine() lists and inspects", () =>
  withDocker(async ({ world, engine }) => {
    const container = world.create("omega-ssh", { a: "b" });
    world.create("other");
    container.start();
    assert.deepEqual((await engine.list(NEVER)).map(({ name, running }) => [name, running]), [
      ["omega-ssh", true],
      ["other", false],
    ]);
    const { startedAt } = container;
    assert.deepEqual(await engine.inspect(container.id, NEVER), {
      ...{ id: container.id, name: "omega-ssh", labels: { a: "b" }, running: true, tty: false },
      ...{ startedAt, exitCode: 0, linesPerFile: 1000 },
    });
    assert.equal(engine.remote, false);
  }));

Deno.test("dockerodeEngine() asks for logs with all digits of a time, and for both streams", () =>
  withDocker(async ({ world, docker, engine }) => {
    const { id } = world.create("omega-ssh");
    await textOf(await engine.logs(id, { ...ALL, since: "1795229234.404923738", tail: 5 }));
    assert.deepEqual(docker.requests, [
      `GET /containers/${id}/logs?follow=false&stdout=true&stderr=true&timestamps=true` +
      "&since=1795229234.404923738&tail=5",
    ]);
  }));

Deno.test("dockerodeEngine() asks for the last lines only where none gets lost between them and the next", () =>
  withDocker(async ({ world, docker, engine }) => {
    const container = world.create("omega-ssh");
    container.start();
    docker.isPodman = true;
    docker.onHole = () => container.print("hidden");
    const request = { ...ALL, follow: true, tail: 1 };
    for (const printed of ["one", "two"]) {
      container.print(printed);
      docker.requests.length = 0;
      const source = await engine.logs(container.id, request);
      await eventually(() => container.readers === 1);
      container.stop();
      assert.match(await textOf(source), /one\n.*hidden\n/s);
      container.start();
    }
    assert.equal(docker.requests.filter((url) => url.includes("tail=")).length, 0);
  }));

Deno.test("dockerodeEngine() follows a log until its end, and until its signal", () =>
  withDocker(async ({ world, engine }) => {
    const container = world.create("omega-ssh");
    container.start();
    container.print("one");
    const ending = textOf(await engine.logs(container.id, { ...ALL, follow: true }));
    container.print("two");
    await eventually(() => container.readers === 1);
    container.stop();
    assert.match(await ending, /one\n.*two\n$/s);

    container.start();
    const controller = new AbortController();
    const { signal } = controller;
    const followed = await engine.logs(container.id, { ...ALL, follow: true, signal });
    assert.ok(await followed.read());
    const reading = followed.read();
    controller.abort();
    assert.equal(await reading, undefined);
    assert.equal(await followed.read(), undefined);
    await eventually(() => container.readers === 0);
  }));

Deno.test("dockerodeEngine() tells a stream that was cut off from one that ended", () =>
  withDocker(async ({ world, engine }) => {
    const container = world.create("omega-ssh");
    container.start();
    container.print("one");
    const source = await engine.logs(container.id, { ...ALL, follow: true });
    assert.ok(await source.read());
    container.cut();
    await assert.rejects(() => source.read(), EngineError);
  }));

Deno.test("dockerodeEngine() asks for the events of containers", () =>
  withDocker(async ({ world, docker, engine }) => {
    const controller = new AbortController();
    const source = await engine.events("1795229234.404923738", controller.signal);
    await eventually(() => world.watchers === 1);
    world.create("omega-ssh").start();
    assert.match(new TextDecoder().decode((await source.read())![0]), /"Action":"start"/);
    controller.abort();
    const url = new URL(docker.requests[0]!.replace("GET ", "http://d"));
    assert.equal(url.searchParams.get("since"), "1795229234.404923738");
    const filters = JSON.parse(url.searchParams.get("filters")!);
    assert.deepEqual(filters.type, ["container"]);
    assert.ok(filters.event.includes("start"));
  }));

Deno.test("dockerodeEngine() turns answers into errors with their status (F32)", () =>
  withDocker(async ({ world, docker, engine }) => {
    const { id } = world.create("omega-ssh");
    await assert.rejects(engine.inspect("f00", NEVER), (error: EngineError) => error.isGone);
    for (const status of [400, 403, 409, 500, 501, 503]) {
      docker.intercept = (_, response) => {
        sendJson(response, { message: "no luck" }, status);
        return true;
      };
      for (
        const ask of [
          () => engine.list(NEVER),
          () => engine.inspect(id, NEVER),
          () => engine.logs(id, ALL),
          () => engine.events(undefined, NEVER),
        ]
      ) {
        await assert.rejects(ask, (error: EngineError) => {
          assert.deepEqual([error.name, error.status], ["EngineError", status]);
          return error.message.endsWith("no luck");
        });
      }
    }
    docker.intercept = (_, response) => {
      response.end("<html>");
      return true;
    };
    await assert.rejects(engine.inspect(id, NEVER), /cannot be read/);
    assert.deepEqual(await engine.list(NEVER), []);
  }));

Deno.test("dockerodeEngine() gives up on an answer that does not come (F32)", () =>
  withDocker(async ({ world, docker, engine }) => {
    const { id } = world.create("omega-ssh");
    docker.intercept = () => true;
    await assert.rejects(engine.list(NEVER), /does not answer in time/);
    await assert.rejects(engine.inspect(id, NEVER), /does not answer in time/);
  }, 20));

/** Far beyond what any of this takes. */
const HANGS_AFTER_MS = 120_000;

/** As `promise`, but rejects when that never settles. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("hangs")), HANGS_AFTER_MS);
  });
  try {
    return await Promise.race([promise, hangs]);
  } finally {
    clearTimeout(timer);
  }
}

Deno.test("dockerodeEngine() gives up on a connection that is never made", async () => {
  // Linux lets calls wait without an answer once two of them wait to be taken.
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const { port } = server.addr;
  using _first = await Deno.connect({ hostname: "127.0.0.1", port });
  using _second = await Deno.connect({ hostname: "127.0.0.1", port });
  const host = `tcp://127.0.0.1:${port}`;
  const engine = await dockerodeEngine({ host, env: {}, requestDeadlineMs: 20 });
  await assert.rejects(settled(engine.list(NEVER)), /does not answer in time/);
});

Deno.test("dockerodeEngine() gives up on an answer that breaks off, or is none", async () => {
  const list = async (answer: string, pattern: RegExp, deadlineMs?: number) => {
    await withDocker(async ({ docker, engine }) => {
      docker.intercept = (_, response) => {
        response.socket!.end(answer);
        return true;
      };
      await assert.rejects(settled(engine.list(NEVER)), pattern);
    }, deadlineMs);
  };
  const head = "HTTP/1.1 200 OK\r\n";
  await list(`${head}Content-Length: 9\r\n\r\n[`, /closed the connection/);
  await list(`${head}Transfer-Encoding: chunked\r\n\r\n9\r\n[`, /closed the connection/);
  const other = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
  await list(other, /does not answer in time/, 20);
});

Deno.test("dockerodeEngine() closes what an engine leaves open behind an answer", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/d.sock`;
  using server = Deno.listen({ transport: "unix", path });
  const engine = await dockerodeEngine({ host: `unix://${path}`, env: {} });
  for (const status of ["200 OK", "404 Not Found"]) {
    const asking = Promise.allSettled([engine.list(NEVER)]);
    const connection = await server.accept();
    const timer = setTimeout(() => connection.close(), HANGS_AFTER_MS);
    try {
      const read = () => connection.read(new Uint8Array(4096));
      await read();
      const answer = `HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\n[]`;
      await connection.write(new TextEncoder().encode(answer));
      assert.equal(await read(), null);
      connection.close();
    } finally {
      clearTimeout(timer);
    }
    await asking;
  }
});

Deno.test("dockerodeEngine() heeds no DOCKER_CLIENT_TIMEOUT, which would end silent logs", () =>
  withDocker(async ({ docker }) => {
    const script = `
      import { dockerodeEngine } from ${
      JSON.stringify(import.meta.resolve("./dockerode_engine.ts"))
    };
      const engine = await dockerodeEngine({ host: Deno.args[0], env: {} });
      await engine.list(AbortSignal.timeout(${HANGS_AFTER_MS}));
      console.log("listed");`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--config", fileURLToPath(import.meta.resolve("../../deno.json"))],
        ...[`data:application/typescript,${encodeURIComponent(script)}`, docker.host],
      ],
      env: { DOCKER_HOST: "tcp://127.0.0.1:1", DOCKER_CLIENT_TIMEOUT: "1" },
      stderr: "null",
      signal: AbortSignal.timeout(HANGS_AFTER_MS),
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "listed\n");
  }));

Deno.test("dockerodeEngine() reads no faster than its reader, beyond what may wait", () =>
  withDocker(async ({ world, docker, engine }) => {
    const { id } = world.create("omega-ssh");
    const chunk = new Uint8Array(16384);
    let sent = 0;
    docker.intercept = (_, response) => {
      const fill = () => {
        do sent += chunk.length; while (response.write(chunk));
      };
      response.on("drain", fill);
      fill();
      return true;
    };
    const controller = new AbortController();
    const { signal } = controller;
    const source = await engine.logs(id, { ...ALL, follow: true, signal });
    let before = -1;
    await eventually(async () => {
      const isStill = sent === before;
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return isStill && sent > 0;
    });
    assert.ok(sent < 8 * 1024 * 1024, `${sent} bytes without a reader`);
    let read = 0;
    while (read < 2 * before) {
      for (const { length } of (await source.read())!) read += length;
    }
    assert.ok(sent >= read);
    controller.abort();
  }));

Deno.test("dockerodeEngine() says where no engine is, and what to do", async () => {
  await using folder = await tempFolder();
  const failureOf = async (host: string) => {
    const engine = await dockerodeEngine({ host, env: {} });
    return await engine.list(NEVER).then(() => undefined, (error: EngineError) => error);
  };
  const missing = await failureOf(`unix://${folder.path}/none.sock`);
  assert.match(missing!.message, /there is no such socket/);
  assert.match(missing!.hint!, /is Docker running/);
  await Deno.writeTextFile(`${folder.path}/file`, "");
  assert.match((await failureOf(`unix://${folder.path}/file`))!.message, /refuses connections/);
  await assert.rejects(dockerodeEngine({ host: "ftp://x", env: {} }), EngineError);
});

Deno.test("dockerodeEngine() reaches an engine over TCP, whatever DOCKER_HOST says", async () => {
  const world = new DockerWorld();
  world.create("omega-ssh");
  await using docker = await FakeDocker.start(world, 0);
  const engine = await dockerodeEngine({ host: docker.host, env: { DOCKER_HOST: "unix:///none" } });
  assert.equal((await engine.list(NEVER)).length, 1);
  assert.equal(engine.remote, true);
});

Deno.test("a client for reading sends no request that changes anything", () =>
  withDocker(async ({ world, docker }) => {
    const container = world.create("omega-ssh");
    container.start();
    const modem = await readingModem({
      ...{ socketPath: docker.host.slice("unix://".length), protocol: "http", sshOptions: {} },
      ...{ host: undefined, port: undefined, pathPrefix: undefined, username: undefined },
      ...{ ca: undefined, cert: undefined, key: undefined },
    });
    const dial = (method: string, path: string) =>
      new Promise<unknown>((resolve) =>
        modem.dial({ method, path, statusCodes: { 200: true } }, (error) => resolve(error))
      );
    const id = container.id;
    const forbidden: [method: string, path: string][] = [
      ["POST", "/containers/create?"],
      ["POST", `/containers/${id}/start`],
      ["POST", `/containers/${id}/json?`],
      ["PUT", `/containers/${id}/archive?`],
      ["DELETE", `/containers/${id}?`],
      ["get", "/containers/json?"],
      ["GET", "/info"],
      ["GET", "/images/json?"],
      ["GET", `/containers/${id}/archive?`],
      ["GET", `/containers/${id}/attach/ws?`],
      ["GET", "/containers/../info?"],
      ["GET", `/containers/${id}/../../info/json?`],
      ["GET", "/containers/json?\r\nX: y"],
    ];
    for (const [method, path] of forbidden) {
      assert.match(String(await dial(method, path)), /is not allowed/, `${method} ${path}`);
    }
    assert.deepEqual(docker.requests, []);
    assert.equal(await dial("GET", "/containers/json?"), null);
  }));

Deno.test("a client for reading is not led elsewhere", () =>
  withDocker(async ({ docker, engine }) => {
    docker.intercept = (_, response) => {
      response.writeHead(301, { location: `${docker.host}/info` });
      response.end();
      return true;
    };
    await assert.rejects(engine.list(NEVER), EngineError);
    assert.deepEqual(docker.requests, ["GET /containers/json?all=true"]);
  }));
