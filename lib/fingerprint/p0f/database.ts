/** Reads signature files of p0f v3 (its README, section 5). */
import { osGuess } from "./os_guess.ts";
import { parseSignature, type TcpSignature } from "./signature.ts";

/** What a signature stands for: `s:unix:Linux:4.x-6.x`. */
export interface StackLabel {
  /** As it stands in the file. */
  readonly text: string;
  /** A last resort, looked at only when no specific signature matches. */
  readonly generic: boolean;
  /** Family of systems, or `!` for a program that makes its own packets. */
  readonly family: string;
  /** `Linux`, `NMap`. */
  readonly name: string;
  /** Version or what it does; may be empty. */
  readonly flavour: string;
  /** One word for the system or program: `linux`, `macos_ios`, `nmap`, `embedded`. */
  readonly osGuess: string;
  /** Systems on which the program runs, of the `sys` line. */
  readonly systems: readonly string[];
}

/** A signature and what it stands for. */
export interface LabelledSignature {
  readonly label: StackLabel;
  readonly signature: TcpSignature;
  /** Line of the file, from 1. */
  readonly line: number;
}

/** What a file says about TCP. */
export interface StackDatabase {
  /** For SYNs, in the order of the file. */
  readonly requests: readonly LabelledSignature[];
  /** For SYN-ACKs. */
  readonly responses: readonly LabelledSignature[];
  /** Kind of link by MTU. */
  readonly links: ReadonlyMap<number, string>;
}

/** A line that could not be used. */
export interface DatabaseError {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** A file, as far as it could be read. */
export interface ParsedDatabase {
  readonly database: StackDatabase;
  readonly errors: readonly DatabaseError[];
}

type Section = "mtu" | "request" | "response" | "other";

const SECTIONS: ReadonlyMap<string, Section> = new Map([
  ["mtu", "mtu"],
  ["tcp:request", "request"],
  ["tcp:response", "response"],
  ["http:request", "other"],
  ["http:response", "other"],
]);

/** Errors that are kept; a file of another kind has one in each line. */
const MAX_ERRORS = 100;

/**
 * Reads a signature file. A line that makes no sense is an error with its number and is left out; the
 * rest counts. The HTTP sections are passed over.
 */
export function parseDatabase(text: string): ParsedDatabase {
  const reader = new DatabaseReader();
  let line = 0;
  for (const raw of text.split("\n")) reader.read(raw.trim(), ++line);
  return reader.finish();
}

class DatabaseReader {
  readonly #requests: LabelledSignature[] = [];
  readonly #responses: LabelledSignature[] = [];
  readonly #links = new Map<number, string>();
  readonly #errors: DatabaseError[] = [];
  #section: Section | undefined;
  /** Name of the link in the MTU section. */
  #link: string | undefined;
  #label: StackLabel | undefined;

  finish(): ParsedDatabase {
    const database = {
      requests: this.#requests,
      responses: this.#responses,
      links: this.#links,
    };
    return { database, errors: this.#errors };
  }

  read(text: string, line: number): void {
    if (text === "" || text.startsWith(";")) return;
    const message = text.startsWith("[") ? this.#open(text) : this.#assign(text, line);
    if (message !== undefined && this.#errors.length < MAX_ERRORS) {
      this.#errors.push({ line, message });
    }
  }

  #open(text: string): string | undefined {
    this.#section = SECTIONS.get(text.slice(1, text.endsWith("]") ? -1 : undefined));
    this.#label = this.#link = undefined;
    if (this.#section !== undefined) return undefined;
    this.#section = "other";
    return `unknown section ${text}`;
  }

  #assign(text: string, line: number): string | undefined {
    const equals = text.indexOf("=");
    if (equals < 0) return "neither a section nor 'key = value'";
    const key = text.slice(0, equals).trim();
    const value = text.slice(equals + 1).trim();
    // Families need no declaration here, so the list at the top of p0f.fp says nothing new.
    if (key === "classes" || this.#section === "other") return undefined;
    if (this.#section === undefined) return `'${key}' before the first section`;
    switch (key) {
      case "label":
        return this.#section === "mtu" ? this.#linkLabel(value) : this.#stackLabel(value);
      case "sys":
        return this.#systems(value);
      case "sig":
        return this.#section === "mtu" ? this.#mtu(value) : this.#signature(value, line);
      default:
        return `unknown key '${key}'`;
    }
  }

  #linkLabel(value: string): undefined {
    this.#link = value;
  }

  #mtu(value: string): string | undefined {
    if (this.#link === undefined) return "a signature without a label";
    const mtu = Number(value);
    if (!/^[0-9]{1,5}$/.test(value) || mtu < 1 || mtu > 65535) return `'${value}' is no MTU`;
    if (!this.#links.has(mtu)) this.#links.set(mtu, this.#link);
    return undefined;
  }

  #stackLabel(value: string): string | undefined {
    this.#label = undefined;
    const parts = /^([sg]):([^:]+):([^:]+):(.*)$/.exec(value);
    if (parts === null) return "a label is s or g, class, name and flavour";
    const [, type, family, name, flavour] = parts as unknown as string[];
    this.#label = {
      text: value,
      generic: type === "g",
      family: family!,
      name: name!,
      flavour: flavour!,
      osGuess: osGuess(name!, flavour!),
      systems: [],
    };
    return undefined;
  }

  #systems(value: string): string | undefined {
    if (this.#label === undefined) return "'sys' without a label";
    this.#label = { ...this.#label, systems: value.split(",").map((name) => name.trim()) };
    return undefined;
  }

  #signature(value: string, line: number): string | undefined {
    if (this.#label === undefined) return "a signature without a label";
    const signature = parseSignature(value);
    if (typeof signature === "string") return signature;
    const list = this.#section === "request" ? this.#requests : this.#responses;
    list.push({ label: this.#label, signature, line });
    return undefined;
  }
}
