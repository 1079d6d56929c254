/** HASSHServer of real servers, taken by the executable, against the reference values. */
import assert from "node:assert/strict";
import { decnet, type PrintedEvent, printedEvents } from "../support/decnet.ts";
import { DROPBEAR, OPENSSH } from "../support/reference_versions.ts";
import { installed, testNeeding } from "../support/requirements.ts";
import { forwarding, serve } from "../support/scripted_server.ts";
import type { Server } from "../support/server_process.ts";
import { startDropbear, startOpenssh } from "../support/ssh_servers.ts";

const OPENSSH_DEFAULT = "425d29fe50d8e4f5e37efb6e24bcf660";
const DROPBEAR_DEFAULT = "e1a0b5f8d334ec70fe937b2d5ff8d0b6";

async function probeHassh(server: Server): Promise<PrintedEvent> {
  const events = printedEvents(
    await decnet([
      ...["probe", "--json", "--no-state", "--outcomes", "--probe", "hassh"],
      ...["--port", `hassh=${server.port}`, "127.0.0.1"],
    ]),
  );
  assert.deepEqual(events.map((event) => event.event_type), ["hassh_fingerprint"]);
  return events[0]!;
}

testNeeding([OPENSSH, installed("ssh-keygen")], "hassh of OpenSSH", async () => {
  await using server = await startOpenssh();
  const { fields } = await probeHassh(server);
  assert.match(String(fields["ssh_banner"]), /^SSH-2\.0-OpenSSH_9\.2p1/);
  assert.equal(fields["hassh_server_hash"], OPENSSH_DEFAULT, `${fields["ssh_banner"]}`);
});

testNeeding([DROPBEAR], "hassh of Dropbear, which sends KEXINIT unasked", async () => {
  await using server = await startDropbear();
  const { fields } = await probeHassh(server);
  assert.equal(fields["ssh_banner"], "SSH-2.0-dropbear_2022.83");
  assert.equal(fields["hassh_server_hash"], DROPBEAR_DEFAULT);
});

testNeeding(
  [OPENSSH, installed("ssh-keygen")],
  "hassh of a server that dribbles is that of the server",
  async () => {
    await using server = await startOpenssh();
    await using slow = serve(forwarding(server.port, { size: 7, pauseMs: 1 }));
    const { fields } = await probeHassh(slow);
    assert.equal(fields["hassh_server_hash"], OPENSSH_DEFAULT);
  },
);

testNeeding(["sshd", "ssh-keygen"], "hassh reads on when text lines come before SSH-", async () => {
  await using server = await startOpenssh();
  const forward = forwarding(server.port);
  await using chatty = serve(async (client) => {
    await client.write(new TextEncoder().encode("Authorised use only.\r\nYou are watched.\n"));
    await forward(client);
  });
  const plain = await probeHassh(server);
  const { fields } = await probeHassh(chatty);
  assert.deepEqual(fields["ssh_preamble"], ["Authorised use only.", "You are watched."]);
  assert.equal(fields["hassh_server_hash"], plain.fields["hassh_server_hash"]);
});
