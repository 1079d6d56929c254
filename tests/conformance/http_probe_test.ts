/** The web server probe against real servers, in the clear and inside TLS. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openStream } from "../../lib/probe/dialer.ts";
import { http } from "../../lib/probe/http.ts";
import type { Finding, ProbeResult } from "../../lib/probe/probe.ts";
import { measure } from "../support/fake_probe.ts";
import { APACHE, HAPROXY, NGINX } from "../support/reference_versions.ts";
import { testNeeding } from "../support/requirements.ts";
import { forwarding, serve } from "../support/scripted_server.ts";
import type { Server } from "../support/server_process.ts";
import { startHaproxy, startOpenssl } from "../support/tls_servers.ts";
import {
  ICON,
  siteFolder,
  startApacheSite,
  startLighttpdSite,
  startNginxSite,
  startPythonSite,
} from "../support/web_servers.ts";

/** Of {@linkcode ICON}, by Python's base64.encodebytes and a MurmurHash3 of its own. */
const ICON_HASH = -298648739;

const SITE = { title: "Caf\u00e9 &lt;1&gt;" };
const TITLE = "Caf\u00e9 <1>";

/** Header names that servers send, as far as they count, in order. */
const NGINX_ORDER = [
  ...["Server", "Date", "Content-Type", "Last-Modified", "Connection", "ETag", "Accept-Ranges"],
];
const APACHE_ORDER = [
  ...["Date", "Server", "Last-Modified", "ETag", "Accept-Ranges", "Connection", "Content-Type"],
];
const LIGHTTPD_ORDER = [
  ...["Content-Type", "ETag", "Last-Modified", "Accept-Ranges", "Connection", "Date", "Server"],
];

function run({ port }: { readonly port: number }): Promise<ProbeResult> {
  return measure(http, openStream, { address: "127.0.0.1", port, timeout: 20_000 });
}

async function find(server: { readonly port: number }): Promise<Finding> {
  const result = await run(server);
  assert.ok(result.outcome === "ok", JSON.stringify(result));
  return result;
}

function hash12(text: unknown): string {
  return createHash("sha256").update(String(text)).digest("hex").slice(0, 12);
}

/** Asserts what the site is and how its server answers: version and class, and header names. */
function assertSite({ hash, fields }: Finding, form: string, order: readonly string[]): void {
  assert.equal(fields["title"], TITLE);
  assert.equal(fields["favicon_hash"], ICON_HASH);
  assert.equal(fields["favicon_size"], ICON.length);
  assert.equal(fields["favicon_path"], "/favicon.ico");
  const server = fields["server"] === undefined ? "0".repeat(12) : hash12(fields["server"]);
  const count = String(order.length).padStart(2, "0");
  assert.equal(hash, `${form}${count}_${hash12(order.join(","))}_${server}`);
}

testNeeding([NGINX, "openssl"], "http of nginx, in the clear and inside TLS", async () => {
  const site = await siteFolder(SITE);
  await using plain = await startNginxSite(site);
  await using tls = await startNginxSite(site, { tls: true });
  const clear = await find(plain);
  assertSite(clear, "112", NGINX_ORDER);
  assert.match(String(clear.fields["server"]), /^nginx\/1\.22/);
  assert.equal(clear.fields["scheme"], "http");
  // It says 400 to a request in the clear on a port with TLS.
  const inside = await find(tls);
  assertSite(inside, "112", NGINX_ORDER);
  assert.equal(inside.fields["scheme"], "https");
  assert.equal(inside.hash, clear.hash);
});

testNeeding([APACHE, "openssl"], "http of Apache, in the clear and inside TLS", async () => {
  const site = await siteFolder(SITE);
  await using plain = await startApacheSite(site);
  await using tls = await startApacheSite(site, { tls: true });
  const clear = await find(plain);
  assertSite(clear, "112", APACHE_ORDER);
  assert.match(String(clear.fields["server"]), /^Apache\/2\.4/);
  const inside = await find(tls);
  assertSite(inside, "112", APACHE_ORDER);
  assert.equal(inside.fields["scheme"], "https");
});

testNeeding(["lighttpd"], "http of lighttpd", async () => {
  await using server = await startLighttpdSite(await siteFolder(SITE));
  const finding = await find(server);
  assertSite(finding, "112", LIGHTTPD_ORDER);
  assert.match(String(finding.fields["server"]), /^lighttpd\//);
});

testNeeding(["python3"], "http of Python's http.server, which speaks HTTP/1.0", async () => {
  await using server = await startPythonSite(await siteFolder(SITE));
  const finding = await find(server);
  assertSite(finding, "102", ["Server", "Date", "Content-type", "Last-Modified"]);
  assert.equal(finding.fields["http_version"], "1.0");
  assert.match(String(finding.fields["server"]), /^SimpleHTTP\/\S+ Python\//);
});

Deno.test("http of Deno.serve, which frames long bodies otherwise than short ones", async () => {
  const page = (body: BodyInit) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
      if (new URL(url).pathname !== "/") return new Response(ICON);
      return new Response(body, { headers: { "content-type": "text/html" } });
    });
  const html = `<title>${SITE.title}</title>`;
  await using short = page(html);
  // A stream is sent in chunks.
  await using long = page(ReadableStream.from([new TextEncoder().encode(html), new Uint8Array(9)]));
  const sized = await find(short.addr);
  assertSite(sized, "112", ["content-type", "date", "connection"]);
  const chunked = await find(long.addr);
  assert.match(String(chunked.fields["header_order"]), /transfer-encoding/);
  assert.equal(chunked.fields["body_size"], new TextEncoder().encode(html).length + 9);
  assert.equal(chunked.hash, sized.hash);
});

testNeeding(
  [NGINX, "openssl"],
  "http sees another version, not another page or a cookie",
  async () => {
    await using first = await startNginxSite(await siteFolder(SITE));
    await using other = await startNginxSite(await siteFolder({ title: "x".repeat(3000) }), {
      lines: "add_header Set-Cookie session=$request_id;",
    });
    await using hidden = await startNginxSite(await siteFolder(SITE), {
      lines: "server_tokens off;",
    });
    await using added = await startNginxSite(await siteFolder(SITE), {
      lines: "add_header X-Frame-Options DENY;",
    });
    const { hash } = await find(first);
    const otherPage = await find(other);
    assert.deepEqual(otherPage.fields["cookie_names"], ["session"]);
    assert.equal(otherPage.hash, hash);
    assert.notEqual((await find(hidden)).hash, hash);
    assert.notEqual((await find(added)).hash, hash);
  },
);

testNeeding(
  [NGINX, "openssl"],
  "http tells redirects, and asks for the icon that a page names",
  async () => {
    await using redirecting = await startNginxSite(await siteFolder(SITE), {
      lines: "location = / { return 301 https://192.0.2.1/login; }",
    });
    const { fields } = await find(redirecting);
    assert.equal(fields["status"], 301);
    assert.equal(fields["location"], "https://192.0.2.1/login");
    assert.equal(fields["favicon_hash"], ICON_HASH);
    await using named = await startNginxSite(await siteFolder({ ...SITE, icon: "logo.png" }));
    const icon = await find(named);
    assert.equal(icon.fields["favicon_path"], "/logo.png");
    assert.equal(icon.fields["favicon_hash"], ICON_HASH);
  },
);

testNeeding(
  [NGINX, "openssl"],
  "http of a server that dribbles is that of the server",
  async () => {
    const site = await siteFolder(SITE);
    await using plain = await startNginxSite(site);
    await using tls = await startNginxSite(site, { tls: true });
    const { hash } = await find(plain);
    for (const { port } of [plain, tls]) {
      await using slow = serve(forwarding(port, { size: 97, pauseMs: 1 }));
      const finding = await find(slow);
      assertSite(finding, "112", NGINX_ORDER);
      assert.equal(finding.hash, hash);
    }
  },
);

testNeeding([HAPROXY, "openssl"], "http of HAProxy, which has nobody behind it", async () => {
  await using server = await startHaproxy();
  const { fields, hash } = await find(server);
  assert.deepEqual([fields["scheme"], fields["status"]], ["https", 403]);
  assert.match(hash, /^114/);
});

async function outcomeOf(options: readonly string[]): Promise<string> {
  await using server: Server = await startOpenssl(options);
  return (await run(server)).outcome;
}

testNeeding(["openssl"], "http of OpenSSL's web server, by version of TLS", async () => {
  assert.equal(await outcomeOf(["-tls1_3"]), "ok");
  assert.equal(await outcomeOf(["-tls1_2"]), "ok");
  // What the TLS of the runtime does not speak.
  assert.equal(await outcomeOf(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]), "handshake_error");
  assert.equal(await outcomeOf(["-tls1_2", "-cipher", "AES128-SHA"]), "handshake_error");
});
