/** JARM of real servers, taken by the executable, against what Salesforce's tool says of them. */
import assert from "node:assert/strict";
import { decnet, type PrintedEvent, printedEvents } from "../support/decnet.ts";
import { APACHE, HAPROXY, NGINX, OPENSSL } from "../support/reference_versions.ts";
import { testNeeding } from "../support/requirements.ts";
import {
  answering,
  closing,
  forwarding,
  type Script,
  serve,
  silent,
} from "../support/scripted_server.ts";
import type { Server } from "../support/server_process.ts";
import { startApache, startHaproxy, startNginx, startOpenssl } from "../support/tls_servers.ts";

const OPENSSL_DEFAULT = "07d14d16d21d21d00042d43d000000aa99ce74e2c6d013c745aa52b5cc042d";

/** `openssl s_server` with these options gives this JARM. */
const OPENSSL_SERVERS: readonly (readonly [options: string, jarm: string])[] = [
  ["", OPENSSL_DEFAULT],
  ["-tls1_2", "07d14d16d21d21d00007d14d07d21d0ae59125bcd90b8876b50928af8f6cd4"],
  ["-tls1_3", "00000000000000000042d43d0000009535d5979f591ae8e547c5e5743e5b64"],
  ["-alpn h2,http/1.1", "07d14d16d00000000042d43d000000daf5e7b936a108dd9f38b18567550faa"],
  [
    "-cipher ALL:@SECLEVEL=0 -min_protocol TLSv1",
    "07d19d1ad21d21d07c42d43d000000f50d155305214cf247147c43c0f1a823",
  ],
];

/** The event that the JARM probe made of each port: its finding, or how it ended without one. */
async function probeJarm(
  servers: readonly Server[],
  ...flags: string[]
): Promise<PrintedEvent[]> {
  const ports = servers.map((server) => server.port);
  const events = printedEvents(
    await decnet([
      ...["probe", "--json", "--no-state", "--outcomes", "--probe", "jarm", ...flags],
      ...["--port", `jarm=${ports.join(",")}`, "127.0.0.1"],
    ]),
  );
  assert.equal(events.length, ports.length, "one event a port");
  return ports.map((port) => {
    const event = events.find(({ fields }) => fields["target_port"] === port);
    return event ?? assert.fail(`no event for port ${port}`);
  });
}

function jarmHash({ event_type, fields }: PrintedEvent): unknown {
  return event_type === "jarm_fingerprint" ? fields["jarm_hash"] : fields["outcome"];
}

async function assertJarm(start: () => Promise<Server>, jarm: string): Promise<void> {
  await using server = await start();
  const [event] = await probeJarm([server]);
  assert.equal(jarmHash(event!), jarm);
}

testNeeding([OPENSSL], "jarm of openssl s_server in five configurations", async (context) => {
  await using servers = new AsyncDisposableStack();
  const started = await Promise.all(
    OPENSSL_SERVERS.map(async ([options]) =>
      servers.use(await startOpenssl(options.split(" ").filter(Boolean)))
    ),
  );
  const events = await probeJarm(started);
  for (const [index, [options, jarm]] of OPENSSL_SERVERS.entries()) {
    await context.step(`s_server ${options || "as it is"}`, () => {
      assert.equal(jarmHash(events[index]!), jarm);
    });
  }
});

testNeeding([OPENSSL, NGINX], "jarm of nginx", async () => {
  await assertJarm(
    () => startNginx(""),
    "21d19d00021d21d00021d19d21d21d43557f863337159163ca547c5ea19523",
  );
});

testNeeding([OPENSSL, APACHE], "jarm of Apache", async () => {
  await assertJarm(startApache, "07d14d16d21d21d00042d43d00000021abd22a3b99c8267613a45603d83df2");
});

testNeeding([OPENSSL, HAPROXY], "jarm of HAProxy", async () => {
  await assertJarm(startHaproxy, "2ad2ad0002ad2ad00042d42d0000005d86ccb1a0567e012264097a0315d7a7");
});

testNeeding([OPENSSL], "jarm of a server that dribbles is that of the server", async () => {
  await using server = await startOpenssl([]);
  await using slow = serve(forwarding(server.port, { size: 3, pauseMs: 1 }));
  const [event] = await probeJarm([slow], "--timeout", "30s");
  assert.equal(jarmHash(event!), OPENSSL_DEFAULT);
});

Deno.test("jarm gives no fingerprint of servers that have none, and tells why", async (context) => {
  const http = answering(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const others: readonly (readonly [name: string, script: Script, outcome: string])[] = [
    ["plain HTTP", http, "not_tls"],
    ["one that closes", closing, "closed"],
    ["one that is silent", silent, "timeout"],
  ];
  await using servers = new AsyncDisposableStack();
  const started = others.map(([, script]) => servers.use(serve(script)));
  const events = await probeJarm(started, "--timeout", "1s");
  for (const [index, [name, , outcome]] of others.entries()) {
    await context.step(name, () => assert.equal(jarmHash(events[index]!), outcome));
  }
});
