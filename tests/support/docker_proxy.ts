/** A socket proxy before an engine that lets reading of containers and events through, and nothing else. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** What such a proxy lets through with CONTAINERS=1 and EVENTS=1. */
const ALLOWED = /^(?:\/v[\d.]+)?\/(?:containers|events)\b/;

/** A proxy that listens until it is disposed of. */
export class DockerProxy implements AsyncDisposable {
  /** Method and path of the requests that were let through, and of the others. */
  readonly passed: string[] = [];
  readonly refused: string[] = [];
  /** For DOCKER_HOST. */
  readonly host: string;
  readonly #engine: string;
  readonly #server = createServer((asked, response) => this.#handle(asked, response));

  private constructor(engine: string, path: string) {
    this.#engine = engine.replace("unix://", "");
    this.host = `unix://${path}`;
  }

  /** @param engine as DOCKER_HOST names it, a socket @param path of the proxy's own */
  static async start(engine: string, path: string): Promise<DockerProxy> {
    const proxy = new DockerProxy(engine, path);
    proxy.#server.listen(path);
    await once(proxy.#server, "listening");
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #handle(asked: IncomingMessage, response: ServerResponse): void {
    const { method, url: path } = asked;
    if (method !== "GET" || !ALLOWED.test(path!)) {
      this.refused.push(`${method} ${path}`);
      response.writeHead(403).end("<html><body><h1>403 Forbidden</h1></body></html>");
      return;
    }
    this.passed.push(`${method} ${path}`);
    const sent = request(
      { socketPath: this.#engine, method, path, headers: asked.headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        response.flushHeaders();
        answer.on("error", () => response.destroy());
        answer.pipe(response);
      },
    );
    sent.on("error", () => response.destroy());
    response.on("close", () => sent.destroy());
    sent.end();
  }
}
