/** Real web servers that serve one folder, on configurations of their own. */
import { keyPair } from "./key_pair.ts";
import { type Server, startServer } from "./server_process.ts";
import { toolPath } from "./system_command.ts";
import { sharedFolder } from "./temp_folder.ts";

/** The icon of every site: a PNG of one pixel. */
export const ICON: Uint8Array<ArrayBuffer> = Uint8Array.fromHex(
  "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060" +
    "60000000050001a5f645400000000049454e44ae426082",
);

/** What a site has. */
export interface Site {
  /** Of its page. */
  readonly title: string;
  /** Path of the icon that the page names; undefined for `/favicon.ico`, unnamed. */
  readonly icon?: string;
}

/** How to serve it. */
export interface WebServerOptions {
  readonly tls?: boolean;
  /** Further lines of configuration. */
  readonly lines?: string;
}

/** Makes the files of a site. */
export async function siteFolder({ title, icon }: Site): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: sharedFolder(), prefix: "site-" });
  // Servers that are started as root go on as somebody else, who must be able to read it.
  await Deno.chmod(sharedFolder(), 0o755);
  await Deno.chmod(folder, 0o755);
  const link = icon === undefined ? "" : `<link rel="shortcut icon" href="${icon}">`;
  await Deno.writeTextFile(`${folder}/index.html`, `<html><title>${title}</title>${link}</html>\n`);
  await Deno.writeFile(`${folder}/${icon ?? "favicon.ico"}`, ICON);
  return folder;
}

/** nginx. */
export async function startNginxSite(
  site: string,
  { tls = false, lines = "" }: WebServerOptions = {},
): Promise<Server> {
  const { key, certificate } = await keyPair();
  return startServer({
    command: toolPath("nginx"),
    args: async (port) => {
      const folder = await serverFolder(port);
      const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
      await Deno.writeTextFile(
        `${folder}/nginx.conf`,
        `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off; ${paths}
  types { text/html html; image/x-icon ico; image/png png; }
  server {
    listen 127.0.0.1:${port}${tls ? " ssl" : ""};
    ${tls ? `ssl_certificate ${certificate}; ssl_certificate_key ${key};` : ""}
    root ${site};
    ${lines}
  }
}
`,
      );
      return ["-c", `${folder}/nginx.conf`, "-p", folder, "-e", "stderr"];
    },
  });
}

/** Apache. */
export async function startApacheSite(
  site: string,
  { tls = false, lines = "" }: WebServerOptions = {},
): Promise<Server> {
  const { key, certificate } = await keyPair();
  const modules = ["mpm_event", "authz_core", "socache_shmcb", "ssl", "dir", "mime", "headers"]
    .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n");
  return startServer({
    command: toolPath("apache2"),
    args: async (port) => {
      const folder = await serverFolder(port);
      await Deno.writeTextFile(
        `${folder}/apache2.conf`,
        `${modules}
ServerRoot ${folder}
ServerName localhost
DefaultRuntimeDir ${folder}
PidFile ${folder}/pid
Mutex file:${folder}
ErrorLog /dev/stderr
${Deno.uid() === 0 ? "User www-data\nGroup www-data" : ""}
TypesConfig /dev/null
AddType text/html .html
AddType image/x-icon .ico
Listen 127.0.0.1:${port}
DocumentRoot ${site}
${tls ? `SSLEngine on\nSSLCertificateFile ${certificate}\nSSLCertificateKeyFile ${key}` : ""}
${lines}
`,
      );
      // -X: one process. Otherwise it ends by a signal to its whole process group: the tests too.
      return ["-X", "-f", `${folder}/apache2.conf`];
    },
  });
}

/** lighttpd. */
export function startLighttpdSite(site: string): Promise<Server> {
  return startServer({
    command: toolPath("lighttpd"),
    args: async (port) => {
      const folder = await serverFolder(port);
      await Deno.writeTextFile(
        `${folder}/lighttpd.conf`,
        `server.document-root = "${site}"
server.bind = "127.0.0.1"
server.port = ${port}
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html", ".ico" => "image/x-icon", ".png" => "image/png")
`,
      );
      return ["-D", "-f", `${folder}/lighttpd.conf`];
    },
  });
}

/** The web server of Python's standard library. */
export function startPythonSite(site: string): Promise<Server> {
  return startServer({
    command: toolPath("python3"),
    args: (port) => ["-m", "http.server", "--bind", "127.0.0.1", "--directory", site, `${port}`],
  });
}

async function serverFolder(port: number): Promise<string> {
  return await Deno.makeTempDir({ dir: sharedFolder(), prefix: `${port}-` });
}
