/** What is asked of a Docker engine: reading only. */

/** A container in a list. */
export interface ListedContainer {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
}

/** What decides how a container's log is read. */
export interface InspectedContainer extends ListedContainer {
  /** A terminal: its log is plain bytes, stdout and stderr in one. */
  readonly tty: boolean;
  /** When it was started last, as the engine wrote it; another text means another start. */
  readonly startedAt: string;
  /** Of the last run that ended. */
  readonly exitCode: number;
  /** Lines that a file of its log may hold before it is rotated; 0 when it never is. */
  readonly linesPerFile: number;
}

/** Which part of a container's log is read; always stdout and stderr, with timestamps. */
export interface LogRequest {
  /** Also what comes later; ends when the container does. */
  readonly follow: boolean;
  /** From this time on, that included: seconds, a point and nine digits. Everything without it. */
  readonly since: string | undefined;
  /**
   * Of the last lines only so many, before the others that come: all without it, and where lines would get lost
   * over it.
   */
  readonly tail: number | undefined;
  readonly signal: AbortSignal;
}

/** Bytes as they come. */
export interface ByteSource {
  /**
   * Waits until there is something and takes all that has come since the last call; undefined at the end
   * and when the signal has come.
   *
   * @throws {EngineError}
   */
  read(): Promise<readonly Uint8Array[] | undefined>;
}

/** A Docker engine, or something that speaks like one. All its methods reject with {@linkcode EngineError}. */
export interface Engine {
  /** Where it is, for messages. */
  readonly name: string;
  /** Behind a network, where a connection may be dead without a word. */
  readonly remote: boolean;
  /** All containers, also those that do not run. */
  list(signal: AbortSignal): Promise<ListedContainer[]>;
  inspect(id: string, signal: AbortSignal): Promise<InspectedContainer>;
  logs(id: string, request: LogRequest): Promise<ByteSource>;
  /** Container events as JSON lines, from `since` (as in {@linkcode LogRequest}) on. */
  events(since: string | undefined, signal: AbortSignal): Promise<ByteSource>;
}

/** More about an {@linkcode EngineError}. */
export interface EngineErrorDetails {
  /** Of HTTP; undefined where there was no answer. */
  readonly status?: number | undefined;
  /** What the user can do about it. */
  readonly hint?: string | undefined;
  /** The system does not let this user open the socket. */
  readonly forbidden?: boolean;
  /** This process or the system has no file descriptor left. */
  readonly crowded?: boolean;
}

/** What Podman says, with 500, of a container that goes while it is asked for. */
const NO_SUCH = /\bno such container\b/i;

/** What the engine answered, or why it did not. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly status: number | undefined;
  readonly hint: string | undefined;
  /** Nothing is wrong with the engine: there is no file descriptor left to ask it with. */
  readonly isCrowded: boolean;
  readonly #forbidden: boolean;

  constructor(message: string, details: EngineErrorDetails = {}) {
    super(message);
    this.status = details.status;
    this.hint = details.hint;
    this.isCrowded = details.crowded ?? false;
    this.#forbidden = details.forbidden ?? false;
  }

  /** True when who asks is not let in: it is of no use to wait for that. */
  get isForbidden(): boolean {
    return this.#forbidden || this.status === 401 || this.status === 403;
  }

  /** True when the container is no more. */
  get isGone(): boolean {
    return this.status === 404 || this.status === 500 && NO_SUCH.test(this.message);
  }

  /** True while the container is being removed. */
  get isGoing(): boolean {
    return this.status === 409;
  }

  /** True when the container's log cannot be read at all: its driver keeps none. */
  get isHopeless(): boolean {
    return this.status === 501;
  }
}
