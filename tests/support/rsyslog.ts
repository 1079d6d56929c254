/** rsyslog as a receiver, which may be stopped, killed and started again on the same port. */
import type { ServerCertificates } from "./certificates.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";
import { toolPath } from "./system_command.ts";

/** How it receives. */
export type SyslogTransport = "udp" | "tcp" | "tls";

/** A receiver that writes each message as a line. */
export class Rsyslog implements AsyncDisposable {
  readonly port = freePort();
  readonly #folder: string;
  readonly #transport: SyslogTransport;
  readonly #certificates: ServerCertificates | undefined;
  #child: Deno.ChildProcess | undefined;

  constructor(folder: string, transport: SyslogTransport, certificates?: ServerCertificates) {
    this.#folder = folder;
    this.#transport = transport;
    this.#certificates = certificates;
  }

  /** Starts it, and waits until it receives. */
  async start(): Promise<void> {
    const configuration = `${this.#folder}/rsyslog.conf`;
    await Deno.writeTextFile(configuration, this.#configuration());
    this.#child = new Deno.Command(toolPath("rsyslogd"), {
      args: ["-n", "-f", configuration, "-i", `${this.#folder}/rsyslog.pid`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await eventually(() => this.#receives());
  }

  /** Ends it as its operator does (SIGTERM), or as the power does (SIGKILL). */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill(signal);
    await child?.status;
  }

  /** The messages that it has written. */
  messages(): string[] {
    try {
      return Deno.readTextFileSync(this.#output).split("\n").slice(0, -1);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }

  get #output(): string {
    return `${this.#folder}/received`;
  }

  #configuration(): string {
    const { port } = this;
    const certificates = this.#certificates;
    const tls = certificates === undefined ? "" : ` defaultNetstreamDriver="gtls"` +
      ` defaultNetstreamDriverCAFile="${certificates.ca}"` +
      ` defaultNetstreamDriverCertFile="${certificates.cert}"` +
      ` defaultNetstreamDriverKeyFile="${certificates.key}"`;
    const module = this.#transport === "udp"
      ? `module(load="imudp")\ninput(type="imudp" port="${port}" address="127.0.0.1")`
      : `module(load="imtcp"${
        this.#transport === "tls"
          ? ' streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon"'
          : ""
      })\ninput(type="imtcp" port="${port}" address="127.0.0.1")`;
    return [
      `global(workDirectory="${this.#folder}" maxMessageSize="64k"${tls})`,
      module,
      `template(name="whole" type="string" string="%rawmsg%\\n")`,
      // In order, and on disk before the next: what it has read it has written when it ends.
      `action(type="omfile" file="${this.#output}" template="whole" asyncWriting="off")`,
      "",
    ].join("\n");
  }

  async #receives(): Promise<boolean> {
    if (this.#transport === "udp") {
      const sockets = await Deno.readTextFile("/proc/net/udp");
      return sockets.includes(`:${this.port.toString(16).toUpperCase().padStart(4, "0")} `);
    }
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return false;
      throw error;
    }
  }
}
