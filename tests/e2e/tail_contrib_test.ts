/** The snippets in contrib/: checked by the programs they are for, or else held against the options of these. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parse, type TomlTable } from "smol-toml";
import { makeServerCertificates } from "../support/certificates.ts";
import { testNeeding } from "../support/requirements.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

const CONTRIB = fileURLToPath(new URL("../../contrib", import.meta.url));

for (const name of ["decnet-forward.conf", "decnet-receive.conf"]) {
  testNeeding(["rsyslogd", "openssl"], `rsyslog takes contrib/rsyslog/${name}`, async () => {
    await using folder = await tempFolder();
    const { ca, cert, key } = await makeServerCertificates(folder.path);
    const text = await Deno.readTextFile(`${CONTRIB}/rsyslog/${name}`);
    const here = text.replace(/"[^"]*ca[^"]*\.(?:pem|crt)"/, `"${ca}"`)
      .replace(/"[^"]*cert\.pem"/, `"${cert}"`).replace(/"[^"]*key\.pem"/, `"${key}"`);
    const path = `${folder.path}/rsyslog.conf`;
    // As the distribution's own rsyslog.conf has it.
    await Deno.writeTextFile(path, `global(workDirectory="${folder.path}")\n${here}`);
    assert.match(text, /maxMessageSize="2m"/, "rsyslog cuts longer lines");
    const said = await systemCommand(toolPath("rsyslogd"), ["-N1", "-f", path]);
    assert.doesNotMatch(said, /error|unknown|invalid/i);
  });
}

testNeeding(["logrotate"], "logrotate takes contrib/logrotate/decnet", async () => {
  await using folder = await tempFolder();
  const text = await Deno.readTextFile(`${CONTRIB}/logrotate/decnet`);
  const here = text.replaceAll("/var/log/decnet", folder.path).replaceAll(
    "decnet decnet",
    "root root",
  );
  const path = `${folder.path}/decnet`;
  await Deno.writeTextFile(path, here);
  const said = await systemCommand(toolPath("logrotate"), [
    "-d",
    "-s",
    `${folder.path}/state`,
    path,
  ]);
  assert.doesNotMatch(said, /error/i);
});

/** Options of Vector by the `type` of the component, as far as snippets have them. */
const VECTOR_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  file: ["include", "read_from", "fingerprint.strategy", "max_line_bytes"],
  http_server: ["address", "decoding.codec", "framing.method"],
  remap: ["inputs", "source"],
  console: ["inputs", "encoding.codec", "acknowledgements.enabled"],
  elasticsearch: ["inputs", "endpoints", "mode", "id_key", "bulk.action", "bulk.index"],
};

/** The paths of all values in a table, joined by dots. */
function paths(table: TomlTable, prefix = ""): string[] {
  return Object.entries(table).flatMap(([name, value]) =>
    typeof value === "object" && !Array.isArray(value)
      ? paths(value as TomlTable, `${prefix}${name}.`)
      : [`${prefix}${name}`]
  );
}

for (const name of ["decnet.toml", "decnet-http.toml"]) {
  Deno.test(`contrib/vector/${name} is TOML with options that Vector has, and its parts are joined`, async () => {
    const text = await Deno.readTextFile(`${CONTRIB}/vector/${name}`);
    const file = parse(text) as Record<string, Record<string, TomlTable>>;
    const components = Object.values(file).flatMap((kind) => Object.entries(kind));
    const names = components.map(([component]) => component);
    for (const [component, options] of components) {
      const known = VECTOR_OPTIONS[String(options["type"])] ?? [];
      const used = paths(options).filter((path) => path !== "type");
      assert.deepEqual(used.filter((path) => !known.includes(path)), [], component);
      for (const input of (options["inputs"] ?? []) as string[]) assert.ok(names.includes(input));
    }
    assert.ok("sources" in file && "sinks" in file);
  });
}

/** Options of Fluent Bit by section and plug-in, in lower case, as they are compared. */
const FLUENT_BIT_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  "service": ["flush", "parsers_file", "storage.path"],
  "parser": ["name", "format", "time_key", "time_format", "time_keep"],
  "input tail": [
    ...["name", "tag", "path", "db", "parser", "read_from_head", "skip_long_lines"],
    ...["buffer_max_size", "rotate_wait", "storage.type"],
  ],
  "filter record_modifier": ["name", "match", "remove_key"],
  "output es": [
    ...["name", "match", "host", "port", "tls", "index", "id_key", "suppress_type_name"],
  ],
};

for (const name of ["decnet.conf", "decnet-parsers.conf"]) {
  Deno.test(`contrib/fluent-bit/${name} has sections and options that Fluent Bit has`, async () => {
    const text = await Deno.readTextFile(`${CONTRIB}/fluent-bit/${name}`);
    const sections = text.replaceAll(/^\s*#.*\n/gm, "").split(/^\[/m).slice(1);
    assert.ok(sections.length > 0);
    for (const section of sections) {
      const [head, ...lines] = section.trimEnd().split("\n");
      const options = lines.filter((line) => line !== "").map((line) => {
        const match = /^ {4}(\S+) +(\S.*)$/.exec(line);
        assert.ok(match !== null, line);
        return [match[1]!.toLowerCase(), match[2]!] as const;
      });
      const kind = head!.replace("]", "").toLowerCase();
      const plugin = kind === "service" || kind === "parser"
        ? ""
        : ` ${new Map(options).get("name")}`;
      const known = FLUENT_BIT_OPTIONS[kind + plugin];
      assert.ok(known !== undefined, kind + plugin);
      assert.deepEqual(options.map(([key]) => key).filter((key) => !known.includes(key)), []);
    }
  });
}

/** What may stand on a line of YAML as plain as ours. */
const YAML_LINE = /^(?: {2})*(?:- )*(?:[\w.@]+:(?: .+)?|[\w/."-]+)$/;

Deno.test("contrib/filebeat/decnet.yml is plain YAML with options that Filebeat has", async () => {
  const text = await Deno.readTextFile(`${CONTRIB}/filebeat/decnet.yml`);
  const lines = text.split("\n").filter((line) => line !== "" && !/^\s*#/.test(line));
  for (const line of lines) assert.match(line, YAML_LINE);
  const keys = lines.flatMap((line) => /^[ -]*([\w.@]+):/.exec(line)?.[1] ?? []);
  const known = [
    ...["filebeat.inputs", "type", "id", "paths", "file_identity.fingerprint"],
    ...["prospector.scanner.fingerprint.enabled", "prospector.scanner.fingerprint.length"],
    ...["parsers", "ndjson", "target", "overwrite_keys", "add_error_key"],
    ...["processors", "timestamp", "field", "layouts", "test"],
    ...["fingerprint", "fields", "target_field", "drop_fields", "ignore_missing"],
    ...["output.elasticsearch", "hosts"],
  ];
  assert.deepEqual(keys.filter((key) => !known.includes(key)), []);
});
