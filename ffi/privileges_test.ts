import assert from "node:assert/strict";
import { HAS_LIBPCAP, runLiveCapture } from "../tests/support/live_capture.ts";
import { MAY_MAKE_NAMESPACES, networkNamespace } from "../tests/support/network_namespace.ts";
import { type Requirement, testNeeding } from "../tests/support/requirements.ts";
import { parseIdentity } from "./privileges.ts";

/** The C library's functions for users are those of Unix. */
const UNIX: Requirement = {
  unmet: () => Deno.build.os === "windows" ? "no Unix" : undefined,
};

interface Failure {
  readonly kind: string;
  readonly message: string;
}

testNeeding(
  [MAY_MAKE_NAMESPACES, HAS_LIBPCAP],
  "dropPrivileges() leaves no thread root, and the capture running",
  async () => {
    await using namespace = await networkNamespace();
    const result = await runLiveCapture(namespace, "privileges") as {
      pid: number;
      threads: Record<string, string>[];
      reopened: Failure;
    };
    const { pid, threads, reopened, ...rest } = result;
    assert.deepEqual(rest, {
      changed: true,
      again: false,
      uid: 65534,
      gid: 65534,
      payloads: ["still captured"],
      statistics: { received: 1, dropped: 0, interfaceDropped: 0 },
    });
    assert.ok(threads.length > 1);
    const none = "0000000000000000";
    for (const { Pid: _thread, NoNewPrivs: _own, ...thread } of threads) {
      assert.deepEqual(thread, {
        Uid: "65534\t65534\t65534\t65534",
        Gid: "65534\t65534\t65534\t65534",
        Groups: "65534",
        CapInh: none,
        CapPrm: none,
        CapEff: none,
      });
    }
    assert.equal(threads.find((thread) => thread.Pid === String(pid))?.NoNewPrivs, "1");
    assert.equal(reopened.kind, "no_permission");
    assert.match(
      reopened.message,
      /^no permission to capture on near: run as root, or once: sudo setcap cap_net_raw\+ep .+: AmbientCapabilities=CAP_NET_RAW$/,
    );
  },
);

testNeeding(
  [MAY_MAKE_NAMESPACES, HAS_LIBPCAP],
  "dropPrivileges() takes the capabilities that an ordinary user's process was given",
  async () => {
    await using namespace = await networkNamespace();
    const result = await runLiveCapture(namespace, "capabilities");
    assert.deepEqual(result, {
      before: { uid: 65534, opened: "opened" },
      changed: false,
      uid: 65534,
      reopened: "no_permission",
    });
  },
);

testNeeding(
  [MAY_MAKE_NAMESPACES, HAS_LIBPCAP],
  "LiveCapture goes on after the FFI permission, given for folders only, is revoked",
  async () => {
    await using namespace = await networkNamespace();
    const folders = ["/usr/lib", "/usr/lib64", "/lib", "/lib64"];
    const result = await runLiveCapture(namespace, "revoked", [
      `--allow-ffi=${folders.join(",")}`,
      "--allow-net",
    ]);
    assert.deepEqual(result, {
      changed: true,
      payloads: ["still captured"],
      reopened: {
        kind: "no_permission",
        message: "live capture: libpcap.so.0.8 needs the permission --allow-ffi",
      },
      received: 1,
    });
  },
);

testNeeding([UNIX], "parseIdentity() finds users and groups by name and number", () => {
  const nobody = parseIdentity("nobody");
  assert.deepEqual(parseIdentity(String(nobody.uid)), nobody);
  assert.deepEqual(parseIdentity(`nobody:${nobody.gid + 1}`), { ...nobody, gid: nobody.gid + 1 });
  assert.deepEqual(parseIdentity("54321:12345"), { uid: 54321, gid: 12345 });
  const root = Deno.build.os === "darwin" ? "wheel" : "root";
  assert.deepEqual(parseIdentity(`nobody:${root}`), { ...nobody, gid: 0 });
});

testNeeding([UNIX], "parseIdentity() refuses what is no ordinary user", () => {
  const refused = [
    "",
    ":",
    "no such user",
    "nobody:no such group",
    "nobody:nobody:nobody",
    "54321",
    "-1:5",
    "4294967295:5",
    "nobody:4294967295",
    "99999999999:5",
  ];
  for (const text of refused) {
    assert.throws(() => parseIdentity(text), {
      name: "PrivilegeError",
      message: `no user "${text}"`,
    });
  }
  for (const text of ["root", "0", "0:12", "00:12"]) {
    assert.throws(() => parseIdentity(text), { name: "PrivilegeError", message: /is root/ });
  }
});
