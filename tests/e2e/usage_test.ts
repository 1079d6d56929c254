/** What the executable says to wrong usage, and to questions about itself. */
import assert from "node:assert/strict";
import { FORMATS } from "../../commands/common_flags.ts";
import { EXIT } from "../../commands/exit_code.ts";
import { formatNames } from "../../lib/event/formats.ts";
import { VERSION } from "../../lib/version.ts";
import { decnet } from "../support/decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Wrong command lines, and what the one line about each must name. */
const WRONG: readonly (readonly [args: string, message: RegExp])[] = [
  ["prob", /no command "prob"[^]*did you mean `?probe/],
  ["probe", /no target[^]*hint: /],
  ["probe --prots 1 127.0.0.1", /no flag --prots[^]*did you mean --port/],
  ["probe -x 127.0.0.1", /no flag -x/],
  ["probe --timeout 5 127.0.0.1", /--timeout: "5" is not a duration like .*5s/],
  ["probe --timeout 0s 127.0.0.1", /--timeout: "0s" is no time at all/],
  ["probe --port jarm=99999 127.0.0.1", /--port: "99999" is not a port/],
  ["probe --port jram=443 127.0.0.1", /no probe "jram"; there are jarm/],
  ["probe --probe ssh 127.0.0.1", /no probe "ssh"; there are jarm/],
  ["probe -c0 127.0.0.1", /--concurrency: "0" is not a whole number from 1/],
  ["probe --rate fast 127.0.0.1", /--rate: "fast" is not a rate/],
  ["probe --format xml 127.0.0.1", /--format: "xml" is none of native, rfc5424/],
  ["probe 127.0.0.1/33", /"127\.0\.0\.1\/33" is not a CIDR block/],
  ["probe 127.0.0.256", /"127\.0\.0\.256" is not an address/],
  ["probe 127.0.0.1:70000", /"127\.0\.0\.1:70000" is not/],
  ["probe 10.0.0.0/7", /"10\.0\.0\.0\/7" is 33554432 addresses; 2\^24 is the most/],
  ["probe --deny 10.0.0.0/99 127.0.0.1", /--deny: "10\.0\.0\.0\/99" is neither a CIDR block nor/],
  ["probe --source-ip 192.0.2.1 127.0.0.1", /192\.0\.2\.1 is not an address of this machine/],
  ["probe --source-ip me 127.0.0.1", /--source-ip: "me" is not an IPv4 or IPv6 address/],
  ["probe --no-state --reprobe-after 1h 127.0.0.1", /--reprobe-after needs a state file/],
  ["profile show 192.0.2.1 --cluster", /show is for profiles: without --cluster/],
  ["profile show 192.0.2.1 --events", /show is for profiles: without --events/],
  ["profile --cluster --events", /--cluster or --events/],
  ["profile --cluster --decky web-01", /--cluster is of all attackers: without --decky/],
  ["profile --events --html page.html", /--html is for profiles: without --events/],
  ["collect - --out logs/", /--out: logs\/ names a folder[^]*hint: logs\/decnet for/],
  ["probe 127.0.0.1 --out logs/", /--out: logs\/ names a folder/],
  ["completions ksh", /no completions for "ksh"; there are bash, zsh, fish/],
];

Deno.test("wrong usage is one line on stderr that names it, and exit code 2", async (t) => {
  for (const [args, message] of WRONG) {
    await t.step(args, async () => {
      const run = await decnet(args.split(" "));
      assert.equal(run.code, 2, run.stderr);
      assert.equal(run.stdout, "");
      assert.match(run.stderr, message);
      assert.match(run.stderr, /^decnet: .*\n( {2}hint: .*\n)?$/, "not one line and a hint");
    });
  }
});

Deno.test("no command at all is wrong usage, with the help on stderr", async () => {
  const { code, stdout, stderr } = await decnet([]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^Usage: decnet COMMAND/);
});

Deno.test("a bad DECNET_PROBE_PORTS variable is an error that names it", async () => {
  const run = await decnet(["probe", "127.0.0.1"], { env: { DECNET_PROBE_PORTS_HASSH: "22,x" } });
  assert.equal(run.code, 2);
  assert.match(run.stderr, /DECNET_PROBE_PORTS_HASSH: "x" is not a port/);
});

Deno.test("what cannot be done is one line with a hint, and exit code 1", async () => {
  await using folder = await tempFolder();
  const file = `${folder.path}/file`;
  await Deno.writeTextFile(file, "not a database, but long enough to be looked at");
  const probe = ["probe", "--probe", "jarm", "--port", "1"];
  const runs = [
    await decnet([...probe, "--state", file, "127.0.0.1"]),
    await decnet([...probe, "--no-state", "--out", `${file}/log`, "127.0.0.1"]),
    await decnet([...probe, "--no-state", "--targets", `${folder.path}/none`]),
  ];
  for (const { code, stderr } of runs) {
    assert.equal(code, 1, stderr);
    assert.match(stderr.split("\n")[0]!, /^decnet: .*(file|log|none)/);
    assert.doesNotMatch(stderr, /^\s+at /m, "a stack trace");
  }
});

Deno.test("--version and --help answer on stdout", async () => {
  assert.equal((await decnet(["--version"])).stdout, `decnet ${VERSION}\n`);
  assert.match((await decnet(["--help"])).stdout, /^Usage: decnet COMMAND[^]*probe[^]*EXAMPLES/);
  const help = (await decnet(["probe", "--help"])).stdout;
  assert.match(help, /-p, --port \[PROBE=\]LIST/);
  assert.ok(help.split("\n").every((line) => line.length <= 100), "a line is too wide");
});

Deno.test("help and manual name every exit code", async () => {
  const { ok, failed, usage, busy, interrupted, terminated } = EXIT;
  for (const args of [["--help"], ["man"], ["man", "probe"]]) {
    const { stdout } = await decnet(args);
    for (const code of [ok, failed, usage, busy, interrupted, terminated]) {
      assert.match(stdout, new RegExp(`\\b${code}\\b`), `${args.join(" ")}: ${code}`);
    }
  }
});

Deno.test("the flag --format offers exactly the formats that there are", () => {
  assert.deepEqual([...FORMATS], formatNames());
});

Deno.test("the bash completion completes commands, flags and values", async () => {
  const script = (await decnet(["completions", "bash"])).stdout;
  const complete = async (...words: string[]) => {
    const setup = `COMP_WORDS=(decnet ${words.map((word) => `'${word}'`).join(" ")})`;
    const { stdout } = await new Deno.Command("bash", {
      args: [
        "-c",
        `${script}\n${setup}; COMP_CWORD=${words.length}; _decnet; echo "\${COMPREPLY[@]}"`,
      ],
    }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assert.equal(await complete("prob"), "probe");
  assert.equal(await complete("probe", "--rep"), "--reprobe-after");
  assert.equal(await complete("probe", "--format", "r"), "rfc5424");
  assert.equal(await complete("probe", "--format", "=", "r"), "rfc5424");
  assert.match(await complete("probe", "--format", "="), /^table|native/);
  assert.equal(await complete("completions", "z"), "zsh");
  assert.equal(await complete("doctor", "sn"), "sniff");
  assert.equal(await complete("--config", "x.toml", "wor"), "workers");
  assert.equal(await complete("--config", "x.toml", "probe", "--rep"), "--reprobe-after");
  // What decnet says nothing to, bash takes for a file: it quotes names with spaces, too.
  assert.match(script, /^complete -o default /m);
  for (const words of [["tail", "s"], ["tail", ""], ["probe", "--out", ""], ["--config", ""]]) {
    assert.equal(await complete(...words), "", words.join(" "));
  }
});

Deno.test("the zsh and fish completions name every flag", async () => {
  for (const shell of ["zsh", "fish"]) {
    const script = (await decnet(["completions", shell])).stdout;
    for (const flag of ["reprobe-after", "no-ja4plus", "dry-run"]) {
      assert.ok(script.includes(flag), `${shell}: ${flag}`);
    }
  }
});
