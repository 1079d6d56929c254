import assert from "node:assert/strict";
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { hasUnsafe } from "../../lib/text/unsafe.ts";
import { decnet, decnetOnTerminal } from "../support/decnet.ts";
import { assertNoControl } from "../support/hostile_run.ts";
import { checkedMisp } from "../support/misp_rules.ts";
import { testNeeding } from "../support/requirements.ts";
import { checkedStix } from "../support/stix_rules.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** What attackers would like to see in an analyst's terminal, spreadsheet or browser. */
const TEXTS = [
  '<script>alert(1)</script><img src=x onerror="alert(1)">',
  "\x1b[2J\x1b]0;owned\x07\x9b31m",
  '=HYPERLINK("http://198.51.100.1/","x")',
  "@SUM(1+1)*cmd|' /C calc'!A0",
  "\u202egpj.exe\u2066\u2028\ufeff",
  "]]></title></style>'\"`",
  "__proto__",
  "a\r\n<134>1 2026-01-01T00:00:00Z forged ssh - command",
];

/** One attacker for each text, who says it wherever something can be said. */
function hostileLog(): string {
  const lines: string[] = [];
  for (const [index, text] of TEXTS.entries()) {
    const attacker = `198.51.100.${index + 1}`;
    const about: readonly (readonly [string, Record<string, string | number>])[] = [
      ["auth_attempt", { username: text, password: text, outcome: "success" }],
      ["command", { command: text, user: text }],
      ["request", { method: text, path: text, headers: JSON.stringify({ "User-Agent": text }) }],
      ["rcpt_to", { value: `<x@${text}.com>` }],
      ["file_captured", { path: text, sha256: text, url: text, size: 1e308 }],
      [text, { [text]: text }],
    ];
    for (const [place, [eventType, fields]] of about.entries()) {
      for (const service of ["ssh", text]) {
        lines.push(toJsonLine(createEvent({
          time: Date.UTC(2026, 8, 1, index, place) * 1000,
          ...{ sensor: text, decky: place % 2 === 0 ? text : "decky", service, eventType },
          fields: { src_ip: attacker, ...fields },
          origin: `${index} ${place} ${service}`,
        })));
      }
    }
    lines.push(toJsonLine(createEvent({
      time: Date.UTC(2026, 8, 1, index, 30) * 1000,
      ...{ sensor: text, decky: "decky", service: "sniffer", eventType: "ssh_client" },
      fields: { src_ip: attacker, ssh_version: text, hassh: text, ja4: text, ja3: text },
      origin: `${index} sniffer`,
    })));
  }
  return `${lines.join("\n")}\n`;
}

async function world() {
  const folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, hostileLog());
  return {
    page: `${folder.path}/page.html`,
    args: ["profile", log, "--db", `${folder.path}/profiles.db`, "--secrets"],
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("decnet profile gives hostile text out in no form but as text", async (t) => {
  await using here = await world();
  const { page } = here;
  const first = await decnet([...here.args, "--html", page]);
  assert.equal(first.code, 0, first.stderr);
  const again = [...here.args, "--top", "99"];

  await t.step("JSON lines", () => {
    assertNoControl(first.stdout, "stdout");
    const profiles = first.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
    assert.equal(profiles.length, TEXTS.length);
    const commands = profiles.flatMap(({ commands }) =>
      commands.items.map(({ command }: { command: string }) => command)
    );
    for (const text of TEXTS) assert.ok(commands.includes(text), JSON.stringify(text));
  });

  await t.step("the page", async () => {
    const text = await Deno.readTextFile(page);
    assert.doesNotMatch(text, /<(?:script|img)\b|="?alert|<\/style>['"]/);
    for (const line of text.split("\n")) assert.equal(hasUnsafe(line), false, line);
    assert.ok(text.includes("&lt;script&gt;alert(1)&lt;/script&gt;"));
  });

  await t.step("csv", async () => {
    const { stdout } = await decnet([...again, "--format", "csv"]);
    const rows = stdout.split("\r\n").slice(0, -1);
    assert.equal(rows.length, TEXTS.length + 1);
    for (const row of rows) {
      assert.doesNotMatch(row, /(?:^|,)"?\s*[=+@-]/);
      assert.equal(hasUnsafe(row), false, row);
    }
  });

  await t.step("stix and misp", async () => {
    const stix = await decnet([...again, "--format", "stix"]);
    const indicators = checkedStix(stix.stdout).filter(({ type }) => type === "indicator");
    assert.equal(indicators.length, TEXTS.length);
    const misp = await decnet([...again, "--format", "misp"]);
    assert.equal(checkedMisp(misp.stdout).length, TEXTS.length);
    assertNoControl(stix.stdout + misp.stdout, "stdout");
  });
});

testNeeding(["script"], "decnet profile lets no hostile text steer the terminal", async () => {
  await using here = await world();
  const list = await decnetOnTerminal(here.args, { NO_COLOR: "1" });
  assertNoControl(list.replaceAll("\r\n", "\n"), "the list");
  const addresses = TEXTS.map((_, index) => `198.51.100.${index + 1}`);
  const [verb, , ...rest] = here.args;
  const dossiers = await decnetOnTerminal([verb!, "show", ...addresses, ...rest], {
    NO_COLOR: "1",
  });
  assertNoControl(dossiers.replaceAll("\r\n", "\n"), "the dossiers");
  assert.ok(dossiers.includes("\\x1b[2J"));
});
