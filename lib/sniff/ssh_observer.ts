/** The events of an SSH connection. */
import { hassh, hasshServer } from "../fingerprint/hassh.ts";
import { Ja4ssh } from "../fingerprint/ja4plus/ja4ssh.ts";
import type { Identification } from "../ssh/identification.ts";
import { type KexInit, names } from "../ssh/kexinit.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { report } from "./report.ts";
import type { SshObserver as Observer } from "./ssh_analyzer.ts";

/** Reports key exchange lists and, by the count of packets, what kind of session it is. */
export class SshObserver implements Observer {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  readonly #ja4ssh: Ja4ssh | undefined;

  constructor(engine: EngineView, flow: Flow) {
    this.#engine = engine;
    this.#flow = flow;
    this.#ja4ssh = engine.ja4plus ? new Ja4ssh() : undefined;
  }

  keyExchange(
    fromOpener: boolean,
    identification: Identification | undefined,
    lists: KexInit,
  ): void {
    const banner = identification?.banner;
    const fingerprint = fromOpener ? hassh(lists) : hasshServer(lists);
    const own = fromOpener ? "hassh" : "hassh_server";
    report(this.#engine, this.#flow, fromOpener ? "ssh_client" : "ssh_server", {
      [own]: fingerprint.hash,
      [`${own}_raw`]: fingerprint.raw,
      ssh_banner: banner,
      kex_algorithms: names(lists.kexAlgorithms),
      host_key_algorithms: names(lists.hostKeyAlgorithms),
      encryption_c2s: names(lists.encryptionClientToServer),
      encryption_s2c: names(lists.encryptionServerToClient),
      mac_c2s: names(lists.macClientToServer),
      mac_s2c: names(lists.macServerToClient),
      compression_c2s: names(lists.compressionClientToServer),
      compression_s2c: names(lists.compressionServerToClient),
    }, `${fingerprint.hash} ${banner ?? ""}`);
  }

  packet(fromOpener: boolean, payloadLength: number): void {
    const counter = this.#ja4ssh;
    if (counter === undefined) return;
    if (payloadLength === 0) counter.ack(fromOpener);
    else counter.packet(fromOpener, payloadLength);
    if (counter.full) this.#reportSession(counter);
  }

  end(): void {
    if (this.#ja4ssh !== undefined) this.#reportSession(this.#ja4ssh);
  }

  #reportSession(counter: Ja4ssh): void {
    const value = counter.take();
    if (value !== undefined) {
      report(this.#engine, this.#flow, "ssh_session", { ja4ssh: value }, value);
    }
  }
}
