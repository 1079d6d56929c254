/** The forms in which profiles leave for other systems. */
import type { Profile } from "../profile.ts";
import { writeCsv } from "./csv.ts";
import { writeMisp } from "./misp.ts";
import type { ExportOptions } from "./options.ts";
import { writeStix } from "./stix.ts";

/** A form for other systems. */
export interface ExportFormat {
  /** What `--format` calls it. */
  readonly name: string;
  /** For help: a few words. */
  readonly brief: string;
  /** Text of a whole document with `profiles`, in pieces; takes one profile at a time. */
  readonly write: (profiles: Iterable<Profile>, options?: ExportOptions) => Iterable<string>;
}

/** All of them; another is one file and one line here. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  { name: "stix", brief: "a STIX 2.1 bundle", write: writeStix },
  { name: "misp", brief: "MISP events, one for each attacker", write: writeMisp },
  { name: "csv", brief: "a table for spreadsheets", write: writeCsv },
];
