/** Reads what an engine says of containers, leniently: Podman and proxies leave things out. */
import type { InspectedContainer, ListedContainer } from "./engine.ts";
import { linesPerFile } from "./log_rotation.ts";

/** Containers of `GET /containers/json`; those without an id are left out. */
export function readContainerList(json: unknown): ListedContainer[] {
  if (!Array.isArray(json)) return [];
  return json.flatMap((entry: unknown) => {
    const id = textOf(member(entry, "Id"));
    if (id === "") return [];
    const names = member(entry, "Names");
    return [{
      id,
      name: containerName(Array.isArray(names) ? names : []),
      labels: readLabels(member(entry, "Labels")),
      running: isRunning(textOf(member(entry, "State"))),
    }];
  });
}

/** `GET /containers/ID/json`; undefined when it is no container. */
export function readContainer(json: unknown): InspectedContainer | undefined {
  const id = textOf(member(json, "Id"));
  if (id === "") return undefined;
  const state = member(json, "State");
  const config = member(json, "Config");
  const exitCode = member(state, "ExitCode");
  return {
    id,
    name: containerName([member(json, "Name")]),
    labels: readLabels(member(config, "Labels")),
    running: member(state, "Running") === true || isRunning(textOf(member(state, "Status"))),
    tty: member(config, "Tty") === true,
    startedAt: textOf(member(state, "StartedAt")),
    exitCode: typeof exitCode === "number" ? exitCode : 0,
    linesPerFile: linesPerFile(member(member(json, "HostConfig"), "LogConfig")),
  };
}

/** Labels, or an event's attributes: those whose value is text. */
export function readLabels(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] =>
      typeof entry[1] === "string"
    ),
  );
}

/** A paused container goes on; one that restarts will. */
function isRunning(state: string): boolean {
  return state === "running" || state === "paused";
}

/** Links give a container more names, with a slash inside. */
function containerName(names: readonly unknown[]): string {
  const texts = names.map((name) => textOf(name).replace(/^\//, ""));
  return texts.find((name) => !name.includes("/")) ?? texts[0] ?? "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
