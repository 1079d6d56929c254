/** Settings files, the environment, manual pages and the doctor, through the executable. */
import assert from "node:assert/strict";
import { decnet } from "../support/decnet.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

const VERBS = ["probe", "sniff", "collect"];

async function withSettings(
  text: string,
  args: readonly string[],
  env: Record<string, string> = {},
) {
  await using folder = await tempFolder();
  const path = `${folder.path}/decnet.toml`;
  await Deno.writeTextFile(path, text, { mode: 0o600 });
  return await decnet(["--config", path, ...args], { env });
}

Deno.test("a flag comes from the command line, else the environment, else the file", async () => {
  const file = '[probe]\nprobe = "jarm"\nlog-format = "json"';
  const probe = ["probe", "--dry-run", "192.0.2.1"];
  const byFile = await withSettings(file, probe);
  assert.match(byFile.stdout, /jarm/);
  assert.doesNotMatch(byFile.stdout, /hassh/);
  const byEnvironment = await withSettings(file, probe, { DECNET_PROBE_PROBE: "hassh" });
  assert.match(byEnvironment.stdout, /hassh/);
  assert.doesNotMatch(byEnvironment.stdout, /jarm/);
  const typed = await withSettings(file, [...probe, "--probe", "tlscert"], {
    DECNET_PROBE_PROBE: "hassh",
  });
  assert.match(typed.stdout, /tlscert/);
  assert.doesNotMatch(typed.stdout, /jarm|hassh/);
});

Deno.test("a wrong setting is an error that names its place", async () => {
  const value = await withSettings('[probe]\nrate = "much"', ["probe", "192.0.2.1"]);
  assert.equal(value.code, 2);
  assert.match(value.stderr, /^decnet: --rate: .*"much".*decnet\.toml\)\n$/);
  const name = await withSettings("[probe]\nratte = 1", ["probe", "192.0.2.1"]);
  assert.equal(name.code, 2);
  assert.match(name.stderr, /probe has no flag "ratte"\n {2}hint: did you mean rate\?\n$/);
  const syntax = await withSettings("[probe", ["probe", "192.0.2.1"]);
  assert.equal(syntax.code, 2);
  assert.match(syntax.stderr, /^decnet: [^\n]*decnet\.toml:1:\d+: [^\n]+\n$/);
});

Deno.test("a settings file that others can write to is refused", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decnet.toml`;
  await Deno.writeTextFile(path, "");
  await Deno.chmod(path, 0o666);
  const { code, stderr } = await decnet(["--config", path, "config"]);
  assert.equal(code, 2);
  assert.match(stderr, /can be written by others\n {2}hint: chmod go-w /);
});

Deno.test("decnet config lists settings with their origin, and --check tells by its exit code", async () => {
  const file = 'sensor = "edge-1"\n[probe]\nrate = 20';
  const { stdout } = await withSettings(file, ["config", "probe"], { DECNET_QUIET: "yes" });
  const settings = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    settings.map(({ flag, value, origin }) => [flag, value, origin.replace(/.*\//, "")]),
    [
      ["rate", ["20"], "decnet.toml"],
      ["sensor", ["edge-1"], "decnet.toml"],
      ["quiet", true, "$DECNET_QUIET"],
    ],
  );
  assert.equal((await withSettings(file, ["config", "--check"])).code, 0);
  const wrong = await withSettings("[collect]\nkeep = 0", ["config", "--check"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /decnet\.toml: collect --keep: /);
});

Deno.test("decnet doctor tells what a verb has and lacks", async () => {
  await using folder = await tempFolder();
  const out = `${folder.path}/decnet`;
  const state = `${folder.path}/state.db`;
  const { code, stdout } = await decnet(["doctor", "--out", out, "--state", state]);
  const findings = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(code, 0);
  for (const check of ["program", "clock", "libpcap", "docker", "state", "log", "disk"]) {
    assert.ok(findings.some((finding) => finding.check === check), check);
  }
  // A file stands where the folder should be.
  await Deno.writeTextFile(out, "");
  const lacking = await decnet(["doctor", "--out", `${out}/decnet`, "--state", state]);
  assert.equal(lacking.code, 1);
  assert.match(lacking.stdout, /"lacks".*\/decnet\/decnet\.log cannot be written/);
  const unknown = await decnet(["doctor", "snif"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /did you mean sniff\?/);
});

Deno.test("decnet doctor looks where the settings of each verb lead", async () => {
  const text = 'state = "/shared/state.db"\n[probe]\nstate = "nats://me:secret@hub/fleet"\n' +
    '[collect]\nout = "/collected/log"';
  const placesOf = async (args: readonly string[], env: Record<string, string>) => {
    const { stdout, stderr } = await withSettings(text, ["doctor", ...args], env);
    assert.doesNotMatch(stdout, /secret/, stderr);
    const findings = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    return findings.filter(({ check, verb }) => verb !== "all" && /^state$|^log$/.test(check))
      .map(({ verb, found }) => `${verb}: ${/(?:nats:|\/)[^ ]+/.exec(found)?.[0] ?? found}`);
  };
  const none = "none: events go to standard output alone";
  assert.deepEqual(await placesOf([], { DECNET_SNIFF_OUT: "/sniffed/log" }), [
    "probe: nats://hub/fleet",
    "collect: /shared/state.db",
    `probe: ${none}`,
    "sniff: /sniffed/log.log",
    "collect: /collected/log.log",
  ]);
  assert.deepEqual(await placesOf(["--state", "/typed", "--out", "/typed"], {}), [
    ...["probe: /typed", "collect: /typed"],
    ...VERBS.map((verb) => `${verb}: /typed.log`),
  ]);
});

testNeeding(["groff"], "manual pages are what groff takes without a warning", async () => {
  for (const verb of [[], ...VERBS.map((name) => [name])]) {
    const page = await decnet(["man", ...verb]);
    assert.equal(page.code, 0, page.stderr);
    const groff = new Deno.Command("groff", {
      args: ["-man", "-Tascii", "-ww", "-P-cbu"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = groff.stdin.getWriter();
    await writer.write(new TextEncoder().encode(page.stdout));
    await writer.close();
    const { stdout, stderr } = await groff.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    const text = new TextDecoder().decode(stdout);
    assert.match(text, /EXIT STATUS/);
    assert.doesNotMatch(text, /\\e|\\fB/);
  }
});
