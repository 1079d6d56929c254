/** docs/opsec.md says what goes over the wire: it must be all of it, and be true. */
import assert from "node:assert/strict";
import { PROBES } from "../../lib/probe/registry.ts";
import { decnet } from "../support/decnet.ts";
import { type Script, serve } from "../support/scripted_server.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/opsec.md", import.meta.url));

/** The text about a probe. */
function section(probe: string): string {
  const [, text = ""] = PAGE.split(`\n### \`${probe}\`\n`);
  return text.split(/\n##+ /)[0]!;
}

/** What the page says is sent as it stands, with the ends of lines that it has on the wire. */
function sentBlock(probe: string): string {
  const block = /```\n([^]*?)\n```/.exec(section(probe))?.[1];
  assert.ok(block !== undefined, `no bytes under ${probe}`);
  return `${block.replaceAll("\n", "\r\n")}\r\n`;
}

/** Notes what the first client says, and says nothing. */
async function heardBy(run: (port: number) => Promise<void>): Promise<string> {
  let heard = "";
  const listen: Script = async (client) => {
    for (let bytes; (bytes = await client.read()) !== undefined;) {
      if (client.index === 0) heard += new TextDecoder().decode(bytes);
    }
  };
  await using server = serve(listen);
  await run(server.port);
  return heard;
}

Deno.test("docs/opsec.md tells of every probe what it sends and how it shows", () => {
  for (const { name } of PROBES) assert.match(section(name), /^How it shows: /m, name);
});

for (const [probe, end] of [["hassh", ""], ["http", "\r\n"], ["banner", ""]] as const) {
  Deno.test(`${probe} sends what docs/opsec.md says, and no more`, async () => {
    let host = "";
    const heard = await heardBy(async (port) => {
      host = `127.0.0.1:${port}`;
      await decnet(["probe", "--no-state", "--probe", probe, "--timeout", "3s", host]);
    });
    assert.equal(heard, sentBlock(probe).replace("192.0.2.7", host) + end);
  });
}
