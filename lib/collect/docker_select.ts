/** Which containers are collected, and who they are. */
import type { Origin } from "./source.ts";

/** What a container is known by. */
export interface ContainerIdentity {
  readonly id: string;
  /** Without a leading slash. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Which containers are wanted; without any of these, DECNET's own. */
export interface SelectionOptions {
  readonly all?: boolean;
  /** `KEY` or `KEY=VALUE`; a container must have them all. */
  readonly labels?: readonly string[];
  /** Names with `*` and `?`; a container must match one of them. */
  readonly names?: readonly string[];
}

/** A service of a decoy. */
export interface DecoyService {
  readonly decky: string;
  readonly service: string;
}

/** What decnet-state.json says: service containers by name, and the names of all decoys. */
export interface ServiceNames {
  readonly containers: ReadonlyMap<string, DecoyService>;
  readonly deckies: readonly string[];
}

/** What is known without a decnet-state.json. */
export const NO_SERVICE_NAMES: ServiceNames = { containers: new Map(), deckies: [] };

/** Labels that DECNET gives its service containers, with the value `true`. */
const SERVICE_LABELS = ["decnet.fleet.service", "decnet.topology.service"];

/** Services with an underscore, which a container's name has as a hyphen. */
const TWO_WORDS = ["smtp_relay"];

/** Says of a container who it is, or undefined when it is not wanted. */
export type ContainerSelection = (container: ContainerIdentity) => Origin | undefined;

/** Selects containers by `options`. @param names asked each time: the state file may change */
export function containerSelection(
  { all = false, labels = [], names = [] }: SelectionOptions,
  serviceNames: () => ServiceNames,
): ContainerSelection {
  const patterns = names.map(globPattern);
  const isDefault = !all && labels.length === 0 && names.length === 0;
  return (container) => {
    const known = serviceNames();
    const isWanted = isDefault
      ? isService(container, known)
      : labels.every((label) => hasLabel(container, label)) &&
        (patterns.length === 0 || patterns.some((pattern) => pattern.test(container.name)));
    if (!isWanted) return undefined;
    const service = decoyService(container, known);
    return { decky: service?.decky, service: service?.service, container: container.name };
  };
}

function isService({ name, labels }: ContainerIdentity, known: ServiceNames): boolean {
  return SERVICE_LABELS.some((label) => labels[label] === "true") || known.containers.has(name);
}

function hasLabel({ labels }: ContainerIdentity, wanted: string): boolean {
  const end = wanted.indexOf("=");
  if (end < 0) return Object.hasOwn(labels, wanted);
  return Object.hasOwn(labels, wanted.slice(0, end)) &&
    labels[wanted.slice(0, end)] === wanted.slice(end + 1);
}

/** `*` is any text, `?` any character; the whole name must match. */
function globPattern(glob: string): RegExp {
  const source = glob.replace(
    /[\\^$.*+?()[\]{}|/]/gu,
    (character) => character === "*" ? ".*" : character === "?" ? "." : `\\${character}`,
  );
  return new RegExp(`^${source}$`, "su");
}

/** Who a container named `<decky>-<service>` is. */
function decoyService(
  { name, labels }: ContainerIdentity,
  { containers, deckies }: ServiceNames,
): DecoyService | undefined {
  const known = containers.get(name);
  if (known !== undefined) return known;
  const decky = deckies
    .filter((candidate) => name.startsWith(`${candidate}-`))
    .reduce((longest, candidate) => candidate.length > longest.length ? candidate : longest, "");
  if (decky !== "") return { decky, service: serviceName(name.slice(decky.length + 1)) };
  return SERVICE_LABELS.some((label) => labels[label] === "true") ? splitName(name) : undefined;
}

/** Without a list of decoys: the service is the last word, or the last two where they belong together. */
function splitName(name: string): DecoyService | undefined {
  const twoWords = TWO_WORDS.find((service) => name.endsWith(`-${service.replaceAll("_", "-")}`));
  const end = twoWords === undefined ? name.lastIndexOf("-") : name.length - twoWords.length - 1;
  if (end <= 0 || end === name.length - 1) return undefined;
  return { decky: name.slice(0, end), service: serviceName(name.slice(end + 1)) };
}

function serviceName(words: string): string {
  return TWO_WORDS.find((service) => service.replaceAll("_", "-") === words) ?? words;
}

/**
 * Reads a decnet-state.json, leniently: unknown keys are passed over, and a decoy without a name is left out.
 *
 * @throws {SyntaxError} when it is no JSON
 */
export function readServiceNames(text: string): ServiceNames {
  const deckies = member(member(JSON.parse(text), "config"), "deckies");
  const containers = new Map<string, DecoyService>();
  const names: string[] = [];
  for (const entry of Array.isArray(deckies) ? deckies : []) {
    const decky = member(entry, "name");
    if (typeof decky !== "string" || decky === "") continue;
    names.push(decky);
    const services = member(entry, "services");
    for (const service of Array.isArray(services) ? services : []) {
      if (typeof service !== "string" || service === "") continue;
      containers.set(`${decky}-${service.replaceAll("_", "-")}`, { decky, service });
    }
  }
  return { containers, deckies: names };
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
