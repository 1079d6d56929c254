/** The snippets in contrib/ that can be checked by the programs they are for. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { makeServerCertificates } from "../support/rsyslog.ts";
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
