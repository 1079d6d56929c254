/** Disks that are really full or read-only: of a mount namespace of their own. */
import { findCommand } from "../../scripts/test_tools.ts";
import type { Requirement } from "./requirements.ts";
import { systemCommand, toolPath } from "./system_command.ts";

/** The disk goes when a test takes longer: seconds far beyond that. */
const LIFE_SECONDS = 300;

/** This process may mount: root, and not in a strict container. */
export const MAY_MOUNT: Requirement = {
  unmet: () => {
    const [unshare, nsenter] = [findCommand("unshare"), findCommand("nsenter")];
    if (unshare === undefined || nsenter === undefined) return "no unshare and nsenter";
    const { success } = new Deno.Command(unshare, {
      args: ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return success ? undefined : "nothing may be mounted";
  },
};

/** A disk in memory that a test can fill. */
export class SmallDisk implements AsyncDisposable {
  /** Its folder, for those inside. */
  readonly path: string;
  /** Goes before a path for those outside. */
  readonly root: string;
  /** The start of a command line that runs its rest inside. */
  readonly enter: readonly string[];
  readonly #holder: Deno.ChildProcess;

  private constructor(path: string, holder: Deno.ChildProcess) {
    this.path = path;
    this.#holder = holder;
    this.root = `/proc/${holder.pid}/root`;
    this.enter = [toolPath("nsenter"), "-t", String(holder.pid), "-m"];
  }

  /** Mounts a disk of `kib` KiB at the folder `path`. */
  static async mount(path: string, kib: number): Promise<SmallDisk> {
    await Deno.mkdir(path, { recursive: true });
    const script = 'mount -t tmpfs -o "size=$1k" tmpfs "$0" && echo && exec sleep "$2"';
    const holder = new Deno.Command(toolPath("unshare"), {
      args: ["--mount", "sh", "-c", script, path, String(kib), String(LIFE_SECONDS)],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    // One byte when it is mounted, an end when it cannot be.
    const reader = holder.stdout.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    const disk = new SmallDisk(path, holder);
    if (!done) return disk;
    await disk[Symbol.asyncDispose]();
    throw new Error(`${path}: no disk can be mounted`);
  }

  /** Leaves room for so many bytes, in whole pages. */
  async fill(left: number): Promise<void> {
    const filler = await Deno.open(`${this.root}${this.path}/filler`, {
      write: true,
      create: true,
    });
    try {
      const page = new Uint8Array(4096);
      for (;;) if (await filler.write(page) < page.length) break;
    } catch {
      // It is full.
    }
    const { size } = await filler.stat();
    await filler.truncate(Math.max(0, size - left));
    filler.close();
  }

  /** Makes room again. */
  async free(): Promise<void> {
    await Deno.remove(`${this.root}${this.path}/filler`);
  }

  /** What is opened from now on cannot be written. */
  async makeReadOnly(): Promise<void> {
    await this.#run("mount", "--bind", this.path, this.path);
    await this.#run("mount", "-o", "remount,bind,ro", this.path);
  }

  /** Ends {@linkcode SmallDisk.makeReadOnly}. */
  async makeWritable(): Promise<void> {
    await this.#run("mount", "-o", "remount,bind,rw", this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#holder.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#holder.status;
  }

  async #run(...args: string[]): Promise<void> {
    const [command, ...rest] = this.enter;
    await systemCommand(command!, [...rest, ...args]);
  }
}
