/** `--list-interfaces`. */
import type { CaptureInterface } from "../ffi/interfaces.ts";
import type { Style } from "../lib/terminal/style.ts";
import { columns } from "./columns.ts";

const HEADINGS = ["NAME", "STATE", "ADDRESSES", "DESCRIPTION"] as const;

/** The interfaces in columns, for eyes. */
export function interfaceTable(interfaces: readonly CaptureInterface[], style: Style): string[] {
  const rows = interfaces.map((found) => [
    found.name,
    stateOf(found),
    found.addresses.join(" ") || "-",
    found.description,
  ]);
  return columns(HEADINGS, rows, style);
}

function stateOf({ up, running, loopback }: CaptureInterface): string {
  if (!up) return "down";
  if (!running) return "no carrier";
  return loopback ? "loopback" : "up";
}
