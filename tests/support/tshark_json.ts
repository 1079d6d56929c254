/** What tshark reads in each packet of a capture, as the tree that it prints. */
import { findCommand } from "../../scripts/test_tools.ts";
import { tempFolder } from "./temp_folder.ts";

/** A value in tshark's JSON: text, several of the same name, or a tree. */
export type Tree = string | number | null | readonly Tree[] | { readonly [name: string]: Tree };

/** One packet. */
export interface TreePacket {
  /** From 0 on. */
  readonly index: number;
  readonly layers: Tree;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly proto: "tcp" | "udp";
}

/** The TCP and UDP packets of the capture at `path`. @throws {Error} when tshark fails */
export async function tsharkTrees(path: string): Promise<TreePacket[]> {
  return treePackets(await tsharkPacketTrees(path, "json"));
}

/**
 * As {@linkcode tsharkTrees}, of many captures, by one tshark: it takes longer to start than to read one.
 *
 * @param paths captures of one interface each
 */
export async function tsharkTreesOfMany(paths: readonly string[]): Promise<TreePacket[][]> {
  await using folder = await tempFolder();
  const merged = `${folder.path}/merged.pcapng`;
  const { success, stderr } = await new Deno.Command(findCommand("mergecap") ?? "mergecap", {
    // One behind the other, each with an interface of its own.
    args: ["-a", "-F", "pcapng", "-I", "none", "-w", merged, ...paths],
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const trees = await tsharkPacketTrees(merged, "json");
  const captures = Map.groupBy(trees, (tree) => Number(first(tree, "frame.interface_id")));
  return paths.map((_, index) => treePackets(captures.get(index) ?? []));
}

function treePackets(packets: readonly Tree[]): TreePacket[] {
  return packets.flatMap((packet, index) => {
    const layers = all(packet, "layers")[0]!;
    const proto = first(layers, "tcp.srcport") === undefined ? "udp" : "tcp";
    const sourcePort = first(layers, `${proto}.srcport`);
    if (sourcePort === undefined) return [];
    return [{
      index,
      layers,
      source: first(layers, "ip.src") ?? first(layers, "ipv6.src") ?? "",
      sourcePort: Number(sourcePort),
      destination: first(layers, "ip.dst") ?? first(layers, "ipv6.dst") ?? "",
      destinationPort: Number(first(layers, `${proto}.dstport`)),
      proto,
    }];
  });
}

/**
 * All packets of a capture.
 *
 * @param form what stands for a field: its value, or its bytes in hexadecimal and their place
 * @throws {Error} when tshark fails
 */
export async function tsharkPacketTrees(path: string, form: "json" | "jsonraw"): Promise<Tree[]> {
  const { success, stdout, stderr } = await new Deno.Command(findCommand("tshark") ?? "tshark", {
    args: [
      ...["-n", "-r", path, "-T", form, "--no-duplicate-keys"],
      // Protocols on ports that are not theirs.
      ...["--enable-protocol", "communityid", "-d", "tcp.port==2222,ssh"],
      ...["-d", "tcp.port==4433,tls", "-d", "udp.port==4433,dtls"],
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Everything called `name` in `tree`, in order; lists of it are taken apart. */
export function all(tree: Tree, name: string): Tree[] {
  if (typeof tree !== "object" || tree === null) return [];
  if (Array.isArray(tree)) return tree.flatMap((item) => all(item, name));
  return Object.entries(tree).flatMap(([key, value]) =>
    key === name ? (Array.isArray(value) ? value : [value]) : all(value, name)
  );
}

/** The texts called `name` in `tree`, in order. */
export function texts(tree: Tree, name: string): string[] {
  return all(tree, name).filter((value) => typeof value === "string");
}

/** The first text called `name`. */
export function first(tree: Tree, name: string): string | undefined {
  return texts(tree, name)[0];
}

/** The numbers called `name`, which tshark writes in decimal or hexadecimal. */
export function numbers(tree: Tree, name: string): number[] {
  return texts(tree, name).map(Number);
}
