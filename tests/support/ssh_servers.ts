/** Real SSH servers with keys and configurations of their own. */
import { type Server, startServer } from "./server_process.ts";
import { systemCommand, toolPath } from "./system_command.ts";
import { sharedFolder } from "./temp_folder.ts";

/** sshd started as root insists on this folder, which its service makes and containers lack. */
const SSHD_RUNTIME_FOLDER = "/run/sshd";

const hostKeys = new Map<string, Promise<string>>();

function hostKey(name: string, make: (path: string) => Promise<unknown>): Promise<string> {
  const path = `${sharedFolder()}/${name}`;
  const key = hostKeys.get(name) ?? make(path).then(() => path);
  hostKeys.set(name, key);
  return key;
}

/** OpenSSH's sshd with its defaults; `options` are further lines of its configuration. */
export async function startOpenssh(options: readonly string[] = []): Promise<Server> {
  if (Deno.uid() === 0) await Deno.mkdir(SSHD_RUNTIME_FOLDER, { recursive: true, mode: 0o755 });
  const key = await hostKey("openssh_host_key", (path) =>
    systemCommand(toolPath("ssh-keygen"), [
      ...["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", path],
    ]));
  return startServer({
    // sshd runs itself again for each connection and needs its absolute path for that.
    command: toolPath("sshd"),
    args: async (port) => {
      const config = await Deno.makeTempFile({ dir: sharedFolder(), prefix: "sshd_config-" });
      await Deno.writeTextFile(
        config,
        [
          `HostKey ${key}`,
          "ListenAddress 127.0.0.1",
          `Port ${port}`,
          "PidFile none",
          ...options.some((line) => line.startsWith("MaxStartups")) ? [] : ["MaxStartups 100"],
          ...options,
          "",
        ].join("\n"),
      );
      return ["-D", "-e", "-f", config];
    },
  });
}

/** Dropbear with its defaults. */
export async function startDropbear(): Promise<Server> {
  const key = await hostKey(
    "dropbear_host_key",
    (path) => systemCommand(toolPath("dropbearkey"), ["-t", "rsa", "-s", "2048", "-f", path]),
  );
  const pidFile = await Deno.makeTempFile({ dir: sharedFolder(), prefix: "dropbear-" });
  return startServer({
    command: toolPath("dropbear"),
    args: (port) => ["-F", "-E", "-r", key, "-p", `127.0.0.1:${port}`, "-P", pidFile],
  });
}
