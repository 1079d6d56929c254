/** The forms in which profiles leave for other systems. */
import { csvWriter } from "./csv.ts";
import { mispWriter } from "./misp.ts";
import type { ExportOptions, ExportWriter } from "./options.ts";
import { stixWriter } from "./stix.ts";

/** A form for other systems. */
export interface ExportFormat {
  /** What `--format` calls it. */
  readonly name: string;
  /** For help: a few words. */
  readonly brief: string;
  /** Begins a document. */
  readonly open: (options?: ExportOptions) => ExportWriter;
}

/** All of them; another is one file and one line here. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  { name: "stix", brief: "a STIX 2.1 bundle", open: stixWriter },
  { name: "misp", brief: "MISP events, one for each attacker", open: mispWriter },
  { name: "csv", brief: "a table for spreadsheets", open: csvWriter },
];
