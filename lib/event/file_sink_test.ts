import assert from "node:assert/strict";
import { type AppendFile, openAppendFile } from "./append_file.ts";
import { FileSink } from "./file_sink.ts";
import { SinkError } from "./sink_error.ts";

/** Runs `body` with a path in a directory of its own. */
function withPath(body: (path: string, directory: string) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    body(`${directory}/events.log`, directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Opens files whose writes follow `steps`: bytes taken of a write, or an error; then all is well. */
function faulty(steps: (number | Error | (() => void))[], changes: Partial<AppendFile> = {}) {
  return (path: string): AppendFile => {
    const file = openAppendFile(path);
    const write = (bytes: Uint8Array): number => {
      const step = steps.shift();
      if (typeof step === "function") {
        step();
        return write(bytes);
      }
      if (step instanceof Error) throw step;
      return file.write(bytes.subarray(0, step ?? bytes.length));
    };
    return { ...file, write, ...changes };
  };
}

function systemError(code: string): Error {
  return Object.assign(new Error(`failed with ${code}`), { code });
}

Deno.test("FileSink appends whole lines to what is there, in one write each batch", () => {
  withPath((path) => {
    Deno.writeTextFileSync(path, "old\n");
    let writes = 0;
    let reads = 0;
    const sink = new FileSink(path, {
      open: (name) => {
        const file = openAppendFile(name);
        return {
          ...file,
          write: (bytes) => (writes++, file.write(bytes)),
          read: (bytes, position) => (reads++, file.read(bytes, position)),
        };
      },
    });
    sink.append(["a", "b"]);
    sink.append([]);
    sink.append(["caf\u00e9"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "old\na\nb\ncaf\u00e9\n");
    assert.equal(writes, 2);
    // Only the file as it was found needs a look at its end.
    assert.equal(reads, 1);
  });
});

Deno.test("FileSink creates its file 0640 and the directories it lacks 0750", () => {
  withPath((_, directory) => {
    const path = `${directory}/a/b/events.log`;
    const sink = new FileSink(path);
    sink.open();
    sink.close();
    assert.equal(Deno.statSync(path).mode! & 0o777 & ~0o640, 0);
    assert.equal(Deno.statSync(`${directory}/a`).mode! & 0o777 & ~0o750, 0);
    assert.equal(Deno.statSync(path).size, 0);
  });
});

Deno.test("FileSink refuses a line with a newline in it, and writes nothing of the batch", () => {
  withPath((path) => {
    const sink = new FileSink(path);
    assert.throws(() => sink.append(["a", "b\n<134>1 forged"]), TypeError);
    sink.append(["c"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "c\n");
  });
});

Deno.test("FileSink follows its path after a rename, a deletion and a replacement", () => {
  withPath((path) => {
    const sink = new FileSink(path);
    sink.append(["1"]);
    Deno.renameSync(path, `${path}.1`);
    sink.append(["2"]);
    assert.equal(Deno.readTextFileSync(`${path}.1`), "1\n");
    assert.equal(Deno.readTextFileSync(path), "2\n");
    Deno.removeSync(path);
    sink.append(["3"]);
    assert.equal(Deno.readTextFileSync(path), "3\n");
    Deno.writeTextFileSync(`${path}.new`, "other\n");
    Deno.renameSync(`${path}.new`, path);
    sink.append(["4"]);
    assert.equal(Deno.readTextFileSync(path), "other\n4\n");
    sink.close();
  });
});

Deno.test("FileSink leaves no hole after somebody truncated its file", () => {
  withPath((path) => {
    const sink = new FileSink(path);
    sink.append(["1"]);
    Deno.truncateSync(path);
    sink.append(["2"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "2\n");
  });
});

Deno.test("FileSink.reopen() opens the path anew at the next batch", () => {
  withPath((path) => {
    let opened = 0;
    const sink = new FileSink(path, { open: (name) => (opened++, openAppendFile(name)) });
    sink.append(["1"]);
    sink.append(["2"]);
    assert.equal(opened, 1);
    sink.reopen();
    sink.append(["3"]);
    sink.close();
    assert.equal(opened, 2);
    assert.equal(Deno.readTextFileSync(path), "1\n2\n3\n");
  });
});

Deno.test("FileSink refuses a symbolic link, from the start and in place of its file", () => {
  withPath((path, directory) => {
    const target = `${directory}/target`;
    Deno.symlinkSync(target, path);
    const sink = new FileSink(path);
    assert.throws(
      () => sink.append(["1"]),
      (error) => error instanceof SinkError && error.code === "ELOOP" && error.path === path,
    );
    Deno.removeSync(path);
    sink.append(["1"]);
    Deno.renameSync(path, target);
    Deno.symlinkSync(target, path);
    assert.throws(() => sink.append(["2"]), { code: "ELOOP" });
    sink.close();
    assert.equal(Deno.readTextFileSync(target), "1\n");
  });
});

Deno.test("FileSink refuses what is no regular file", () => {
  withPath((path, directory) => {
    assert.throws(() => new FileSink(directory).open(), { name: "SinkError", code: "EISDIR" });
    assert.ok(new Deno.Command("mkfifo", { args: [path] }).outputSync().success);
    assert.throws(() => new FileSink(path).open(), { name: "SinkError", code: "EINVAL" });
  });
});

Deno.test("FileSink ends a torn line before its own, whenever it appears", () => {
  withPath((path) => {
    Deno.writeTextFileSync(path, "whole\ntor");
    const sink = new FileSink(path);
    sink.append(["1"]);
    sink.append(["2"]);
    // Another process dies in the middle of a write.
    Deno.writeTextFileSync(path, "torn again", { append: true });
    sink.append(["3"]);
    Deno.writeTextFileSync(path, "other\n", { append: true });
    sink.append(["4"]);
    // A torn file of the same length as the one before takes its place.
    Deno.writeTextFileSync(`${path}.new`, "x".repeat(Deno.statSync(path).size));
    Deno.renameSync(path, `${path}.1`);
    Deno.renameSync(`${path}.new`, path);
    sink.append(["5"]);
    sink.close();
    assert.match(Deno.readTextFileSync(path), /^x+\n5\n$/);
    assert.equal(Deno.readTextFileSync(`${path}.1`), "whole\ntor\n1\n2\ntorn again\n3\nother\n4\n");
  });
});

Deno.test("FileSink does not take a write in progress for a torn line", () => {
  withPath((path) => {
    Deno.writeTextFileSync(path, "half");
    const rest = [" a", " line\n"];
    const sink = new FileSink(path, {
      open: (name) => {
        const file = openAppendFile(name);
        const read = (bytes: Uint8Array, position: number) => {
          const count = file.read(bytes, position);
          Deno.writeTextFileSync(path, rest.shift() ?? "", { append: true });
          return count;
        };
        return { ...file, read };
      },
    });
    sink.append(["next"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "half a line\nnext\n");
  });
});

Deno.test("FileSink goes on after short and interrupted writes", () => {
  withPath((path) => {
    const sink = new FileSink(path, { open: faulty([2, new Deno.errors.Interrupted(), 1]) });
    sink.append(["one", "two"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "one\ntwo\n");
  });
});

Deno.test("FileSink cuts a batch off again that does not fit, so that a retry writes it once", () => {
  withPath((path) => {
    const sink = new FileSink(path, { open: faulty([99, 5, systemError("ENOSPC")]) });
    sink.append(["zero"]);
    assert.throws(
      () => sink.append(["one", "two"]),
      (error) => error instanceof SinkError && error.code === "ENOSPC" && error.written === 0,
    );
    assert.equal(Deno.readTextFileSync(path), "zero\n");
    sink.append(["one", "two"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "zero\none\ntwo\n");
  });
});

Deno.test("FileSink cuts a batch off again when the system itself stops a write half-way", () => {
  withPath((path) => {
    const module = new URL("./file_sink.ts", import.meta.url).href;
    const script = `
      import { FileSink } from "${module}";
      const sink = new FileSink("${path}");
      sink.append(["zero"]);
      try {
        sink.append(["x".repeat(6 * 1024 * 1024)]);
      } catch (error) {
        Deno.stdout.writeSync(new TextEncoder().encode(error.name + " " + error.written));
      }
      sink.append(["one"]);
    `;
    // A limit on file size (2 or 4 MiB, as the shell counts) stops a write like a full disk does.
    const { stdout } = new Deno.Command("sh", {
      args: [
        "-c",
        'trap \'\' XFSZ; ulimit -f 4096; exec "$0" eval --no-config --no-lock "$1"',
        Deno.execPath(),
        script,
      ],
      stderr: "inherit",
    }).outputSync();
    assert.equal(new TextDecoder().decode(stdout), "SinkError 0");
    assert.equal(Deno.readTextFileSync(path), "zero\none\n");
  });
});

Deno.test("FileSink cuts off the newline again that was to end a torn line", () => {
  withPath((path) => {
    Deno.writeTextFileSync(path, "torn");
    const sink = new FileSink(path, { open: faulty([3, systemError("ENOSPC")]) });
    assert.throws(() => sink.append(["one"]), { code: "ENOSPC", written: 0 });
    sink.append(["one"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "torn\none\n");
  });
});

Deno.test("FileSink tells which lines are whole when another process has appended since", () => {
  withPath((path) => {
    const other = () => Deno.writeTextFileSync(path, "other\n", { append: true });
    const sink = new FileSink(path, { open: faulty([6, other, systemError("EIO")]) });
    const batch = ["one", "two", "three"];
    assert.throws(() => sink.append(batch), { code: "EIO", written: 1 });
    sink.append(batch.slice(1));
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "one\ntwother\ntwo\nthree\n");
  });
});

Deno.test("FileSink ends its own torn line when the file cannot be cut", () => {
  withPath((path) => {
    const truncate = () => {
      throw systemError("EPERM");
    };
    const sink = new FileSink(path, { open: faulty([6, systemError("EIO")], { truncate }) });
    assert.throws(() => sink.append(["one", "two"]), { code: "EIO", written: 1 });
    sink.append(["two"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "one\ntw\ntwo\n");
  });
});

Deno.test("FileSink cuts a half line off later when it could not at once", () => {
  withPath((path) => {
    let refusals = 2;
    const open = (name: string): AppendFile => {
      const file = faulty(steps)(name);
      return {
        ...file,
        truncate: (size) => {
          if (refusals-- > 0) throw systemError("EROFS");
          file.truncate(size);
        },
      };
    };
    const steps: (number | Error)[] = [6, systemError("EIO")];
    const sink = new FileSink(path, { open });
    assert.throws(() => sink.append(["one", "two"]), { code: "EIO", written: 1 });
    assert.throws(() => sink.append(["two"]), { code: "EROFS", written: 0 });
    sink.append(["two"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "one\ntwo\n");
  });
});

Deno.test("FileSink leaves its half line alone once somebody else has written behind it", () => {
  withPath((path) => {
    const truncate = () => {
      throw systemError("EROFS");
    };
    const sink = new FileSink(path, { open: faulty([6, systemError("EIO")], { truncate }) });
    assert.throws(() => sink.append(["one", "two"]), { code: "EIO", written: 1 });
    Deno.writeTextFileSync(path, "\nother\n", { append: true });
    sink.append(["two"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "one\ntw\nother\ntwo\n");
  });
});

Deno.test("FileSink opens a file again that is replaced while it is opened, not for ever", () => {
  withPath((path) => {
    let refusals = 2;
    const open = (name: string): AppendFile => {
      if (refusals-- > 0) throw systemError("EAGAIN");
      return openAppendFile(name);
    };
    const sink = new FileSink(path, { open });
    sink.append(["one"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "one\n");
    refusals = Infinity;
    assert.throws(() => sink.append(["two"]), { code: "EAGAIN", written: 0 });
  });
});

Deno.test("FileSink cuts nothing off a file that was emptied and has come to the same size", () => {
  withPath((path) => {
    const truncate = () => {
      throw systemError("EROFS");
    };
    const sink = new FileSink(path, { open: faulty([6, systemError("EIO")], { truncate }) });
    assert.throws(() => sink.append(["one", "two"]), { code: "EIO", written: 1 });
    Deno.truncateSync(path, 0);
    Deno.writeTextFileSync(path, "other\n", { append: true });
    sink.append(["two"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "other\ntwo\n");
  });
});

Deno.test("FileSink counts a line that lacks but its newline as written when it cannot be cut", () => {
  withPath((path) => {
    const truncate = () => {
      throw systemError("EPERM");
    };
    const sink = new FileSink(path, { open: faulty([3, systemError("EIO")], { truncate }) });
    assert.throws(() => sink.append(["one", "two"]), { code: "EIO", written: 1 });
    sink.append(["two"]);
    sink.close();
    assert.equal(Deno.readTextFileSync(path), "one\ntwo\n");
  });
});

Deno.test("FileSink.lastLineWith() finds the last line that holds a text from an offset on", () => {
  withPath((path) => {
    const sink = new FileSink(path);
    assert.equal(sink.lastLineWith("x", 0), undefined);
    sink.append(["a x 1", "caf\u00e9 x 2", "none"]);
    assert.equal(sink.lastLineWith("x", 0), "caf\u00e9 x 2");
    assert.equal(sink.lastLineWith("1", 0), "a x 1");
    assert.equal(sink.lastLineWith("1", 6), undefined);
    assert.equal(sink.lastLineWith("x", 1000), undefined);
    Deno.writeTextFileSync(path, "torn x", { append: true });
    assert.equal(sink.lastLineWith("x", 0), "torn x");
    sink.close();
  });
});

Deno.test("FileSink.lastLineWith() looks back 4 MiB and no further", () => {
  withPath((path) => {
    const sink = new FileSink(path);
    sink.append(["first"]);
    sink.append(["second", "x".repeat(4 * 1024 * 1024 - 8)]);
    assert.equal(sink.lastLineWith("first", 0), undefined);
    assert.equal(sink.lastLineWith("second", 0), "second");
    sink.close();
  });
});

Deno.test("FileSink.position() names the file and its length", () => {
  withPath((path) => {
    const sink = new FileSink(path);
    sink.append(["12345"]);
    const { dev, ino } = Deno.statSync(path);
    assert.deepEqual(sink.position(), { dev, ino, size: 6 });
    sink.sync();
    sink.close();
  });
});

Deno.test("FileSink reports a failing sync", () => {
  withPath((path) => {
    const sync = () => {
      throw systemError("EIO");
    };
    const sink = new FileSink(path, { open: faulty([], { sync }) });
    sink.append(["1"]);
    assert.throws(() => sink.sync(), { name: "SinkError", code: "EIO", path });
    sink.close();
  });
});
