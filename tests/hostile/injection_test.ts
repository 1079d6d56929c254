/** Servers that speak to the operator's terminal and to the readers of the log. */
import assert from "node:assert/strict";
import { parseRfc5424 } from "../../lib/event/rfc5424_parser.ts";
import {
  der,
  derCertificate,
  derCommonName,
  derExtension,
  derSequence,
} from "../support/der_builder.ts";
import { decnetOnTerminal, parseEvents, type PrintedEvent } from "../support/decnet.ts";
import { assertNoControl, assertUnharmed, probeHostile } from "../support/hostile_run.ts";
import { testNeeding } from "../support/requirements.ts";
import { answering, type Script, serve } from "../support/scripted_server.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";
import { nameLists, sshOpening } from "../support/ssh_script.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { certificateFlight } from "../support/tls_script.ts";

/** What would be a line of its own, were its line breaks let through. */
const FORGED =
  '<132>1 2026-01-01T00:00:00.000000Z forged prober - fingerprint_rotated [relay@55555 x="y"]';

/** Clears a screen, sets a title, starts a sequence by its single C1 character, rings. */
const SEQUENCES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x90\x85";

const BANNER = `SSH-2.0-x ${SEQUENCES}`;
const NAMES = [
  `curve\r\n${FORGED}\n`,
  `"] ${FORGED}`,
  'a\\"b\\]c\\\\',
  "\0\x01\x7f\x80\x9f",
  "\\u000a \\u001b",
  "\r",
];

const hostile: Script = async (client) => {
  const lists = nameLists(NAMES.join(","));
  await client.write(sshOpening(`Welcome ${SEQUENCES.slice(0, 4)}\r\n${BANNER}`, lists));
  await client.read();
};

/** Text that is dangerous in UTF-8 too: bidirectional controls and line separators. */
const UNICODE = `${SEQUENCES}\u202e\u2066\u2028\u2029\ufeff\n${FORGED}\r\n"] x="y`;

const DNS_NAME = `a\n${FORGED}\x9b"]`;

const hostileCertificate = answering(certificateFlight(derCertificate({
  subject: derCommonName(UNICODE),
  issuer: derCommonName(UNICODE),
  extensions: [derExtension("551d11", derSequence(der(0x82, latin1Bytes(DNS_NAME))))],
})));

/** Probes into a log pair, and asserts that both files hold the one event of standard output. */
async function probeIntoLog(probe: string, script: Script): Promise<PrintedEvent> {
  await using folder = await tempFolder();
  await using server = serve(script);
  const out = `${folder.path}/out`;
  const run = await probeHostile({ [probe]: [server.port] }, "-v", "--out", out);
  assertUnharmed(run);
  const [event, ...others] = parseEvents(run.stdout);
  assert.deepEqual(others, []);

  const json = await Deno.readTextFile(`${out}.json`);
  assertNoControl(json, ".json");
  assert.deepEqual(parseEvents(json).map(({ fields, msg }) => ({ fields, msg })), [
    { fields: event!.fields, msg: event!.msg },
  ]);

  const log = await Deno.readTextFile(`${out}.log`);
  assertNoControl(log, ".log");
  const lines = log.split("\n");
  assert.equal(lines.pop(), "");
  assert.equal(lines.length, 1);
  const message = parseRfc5424(lines[0]!);
  assert.ok(message !== undefined && !message.damaged);
  assert.equal(message.eventType, event!.event_type);
  assert.equal(message.elements.length, 1);
  assert.deepEqual(
    { ...message.fields },
    Object.fromEntries(
      Object.entries(event!.fields).map(([name, value]) => [name, String(value)]),
    ),
  );
  assert.equal(message.msg, event!.msg);
  return event!;
}

Deno.test("probe lets no line and no control character of a KEXINIT or banner through", async () => {
  const { fields } = await probeIntoLog("hassh", hostile);
  assert.equal(fields["ssh_banner"], BANNER);
  assert.deepEqual(fields["kex_algorithms"], NAMES);
});

Deno.test("probe lets no line and no control character of a certificate through", async () => {
  const { fields } = await probeIntoLog("tlscert", hostileCertificate);
  assert.equal(fields["subject_cn"], UNICODE);
  assert.deepEqual(fields["sans"], [DNS_NAME]);
});

Deno.test("probe lets no line and no control character of a web server through", async () => {
  const { fields } = await probeIntoLog(
    "http",
    answering(latin1Bytes(
      `HTTP/1.1 200 ${SEQUENCES}\r\nServer: ${SEQUENCES}"]\\\r\nX\x1b[2J: y\r\n` +
        `Set-Cookie: ${SEQUENCES}=1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<title>` +
        `${SEQUENCES.slice(0, -3)}&#10;${FORGED}&#x202e;</title>`,
    )),
  );
  assert.equal(fields["server"], `${SEQUENCES}"]\\`);
  // Not UTF-8, and white space is one space in a title.
  const title = SEQUENCES.slice(0, -3).replace("\x9b", "\ufffd");
  assert.equal(fields["title"], `${title} ${FORGED}\u202e`);
});

Deno.test("probe lets no line and no control character of a greeting through", async () => {
  const greeting = `220 ${SEQUENCES}"]\\\r\n${FORGED}\n`;
  const { fields } = await probeIntoLog("banner", (client) => client.write(latin1Bytes(greeting)));
  assert.ok(greeting.startsWith(String(fields["banner"])));
});

Deno.test("probe --format rfc5424 prints one line for a KEXINIT with line breaks", async () => {
  await using server = serve(hostile);
  const run = await probeHostile({ hassh: [server.port] }, "--format", "rfc5424");
  assertUnharmed(run);
  assert.equal(run.stdout.split("\n").length, 2);
  assert.equal(parseRfc5424(run.stdout.trimEnd())?.decky, "decnet-prober");
});

testNeeding(["script"], "probe lets no control character through to a terminal", async () => {
  await using ssh = serve(hostile);
  await using tls = serve(hostileCertificate);
  const screen = await decnetOnTerminal([
    ...["probe", "--no-state", "-v", "--timeout", "2s", "--probe", "hassh,tlscert"],
    ...["--port", `hassh=${ssh.port}`, "--port", `tlscert=${tls.port}`, "127.0.0.1"],
  ]);
  assert.match(screen, /owned/);
  // What is decnet's own: line ends of the terminal, colours, and wiping its line of progress.
  // deno-lint-ignore no-control-regex -- it is them that it takes out
  const text = screen.replace(/\r\n|\r?\x1b\[(?:[\d;]*m|2?K)/g, "\n");
  assertNoControl(text, "the terminal");
  assert.doesNotMatch(text, /^<132>/m);
});
