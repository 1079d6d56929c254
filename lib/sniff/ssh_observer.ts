/** The events of an SSH connection. */
import { Ja4ssh } from "../fingerprint/ja4plus/ja4ssh.ts";
import type { Identification } from "../ssh/identification.ts";
import type { KexInit } from "../ssh/kexinit.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { kexInitFacts } from "./kex_init_facts.ts";
import { isNews, tell } from "./report.ts";
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
    const facts = kexInitFacts(lists, fromOpener);
    const type = fromOpener ? "ssh_client" : "ssh_server";
    if (!isNews(this.#engine, this.#flow, type, `${facts.hash} ${banner ?? ""}`)) return;
    const { fingerprint, algorithms } = facts;
    tell(this.#engine, this.#flow, type, [fingerprint, { ssh_banner: banner }, algorithms]);
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
    if (value === undefined || !isNews(this.#engine, this.#flow, "ssh_session", value)) return;
    tell(this.#engine, this.#flow, "ssh_session", [{ ja4ssh: value }]);
  }
}
