/** A session that comes back by itself, and does again what somebody else was in the way of. */
import { BackOff } from "../back_off.ts";
import { sleep } from "../sleep.ts";
import { StateError } from "../store/state_store.ts";
import type { PostgresConnection } from "./postgres_connection.ts";
import { reasonOf, troubleOf } from "./postgres_error.ts";

/** How to wait for a server that is away. */
export interface Patience {
  /** Ends the waiting, with the error of the last try; also that for an answer, a while later. */
  readonly signal: AbortSignal;
  /** Milliseconds that an answer may still take then. @default 20,000 */
  readonly grace?: number;
  /** Hears, once each time, that the server went and that it came back. */
  readonly onChange: (isThere: boolean, text: string) => void;
}

/** What a session is made of. */
export interface SessionParts {
  /** What errors call it. */
  readonly name: string;
  /** Connects. */
  readonly open: () => Promise<PostgresConnection>;
  /** Done with each new connection before anything else. */
  readonly prepare: (connection: PostgresConnection) => Promise<void>;
  /** Without it, a server that is away is an error. */
  readonly patience: Patience | undefined;
}

/** An error of whoever is called in the middle of a transaction: it ends that, and comes out as it was. */
export class ForeignError extends Error {
  constructor(readonly reason: unknown) {
    super("not of the database");
  }
}

/** Between two tries, at most. */
const LONGEST_WAIT_MS = 15_000;

/** What a large commit takes; a network that is gone would be waited for a quarter of an hour. */
const GRACE_MS = 20_000;

/** How often somebody else may be in the way of one and the same thing. */
const MOST_CONFLICTS = 50;

/** Between two of those, at most. */
const CONFLICT_WAIT_MS = 50;

/** Connections to one place, one after the other. */
export class PatientSession {
  readonly #parts: SessionParts;
  #connection: PostgresConnection | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /**
   * Does `action` until it is done or cannot be; it may begin again from the start.
   *
   * @throws {StateError} and what a {@linkcode ForeignError} holds
   */
  async do<T>(action: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    const { name, patience } = this.#parts;
    let conflicts = 0;
    const backOff = new BackOff(sleep, Math.random, LONGEST_WAIT_MS);
    let isAway = false;
    while (true) {
      try {
        // One that failed while nobody used it is no news.
        if (patience !== undefined && this.#connection?.isLost === true) await this.close();
        this.#connection ??= await this.#open();
        if (isAway) patience?.onChange(true, name);
        isAway = false;
        return await this.#unlessStuck(this.#connection, action);
      } catch (error) {
        if (error instanceof ForeignError) throw error.reason;
        const trouble = troubleOf(error);
        if (trouble === "conflict" && ++conflicts < MOST_CONFLICTS) {
          await sleep(Math.random() * CONFLICT_WAIT_MS);
          continue;
        }
        if (trouble === "lost") await this.close();
        const state = new StateError(`${name}: ${reasonOf(error)}`);
        if (trouble !== "lost" || patience === undefined || patience.signal.aborted) throw state;
        if (!isAway) patience.onChange(false, state.message);
        isAway = true;
        await backOff.wait(patience.signal);
        if (patience.signal.aborted) throw state;
      }
    }
  }

  /** Ends the connection, if there is one. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  /** Does `action`, or fails when it is to end and no answer comes. */
  async #unlessStuck<T>(
    connection: PostgresConnection,
    action: (connection: PostgresConnection) => Promise<T>,
  ): Promise<T> {
    const { patience } = this.#parts;
    if (patience === undefined) return await action(connection);
    const { signal, grace = GRACE_MS } = patience;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onAbort = () => {
      timer = setTimeout(() => connection.abandon(), grace);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
    try {
      return await action(connection);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #open(): Promise<PostgresConnection> {
    const { open, prepare } = this.#parts;
    const connection = await open();
    try {
      await prepare(connection);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
}
