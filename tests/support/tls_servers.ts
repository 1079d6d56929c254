/** Real TLS servers with configurations of their own; nothing of the system's is touched. */
import { type KeyPair, keyPair } from "./key_pair.ts";
import { type Server, startServer } from "./server_process.ts";
import { toolPath } from "./system_command.ts";
import { sharedFolder } from "./temp_folder.ts";

/** `openssl s_server`, which serves one connection at a time. */
export async function startOpenssl(
  options: readonly string[],
  keys?: KeyPair,
): Promise<Server> {
  const { key, certificate } = keys ?? await keyPair();
  return startServer({
    command: toolPath("openssl"),
    args: (port) => [
      ...["s_server", "-quiet", "-www", "-key", key, "-cert", certificate],
      ...["-accept", `127.0.0.1:${port}`, ...options],
    ],
  });
}

/** nginx with its defaults; `tls` is added to the server block. */
export async function startNginx(tls: string, keys?: KeyPair): Promise<Server> {
  const { key, certificate } = keys ?? await keyPair();
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
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${certificate}; ssl_certificate_key ${key};
    ${tls}
  }
}
`,
      );
      return ["-c", `${folder}/nginx.conf`, "-p", folder, "-e", "stderr"];
    },
  });
}

/** Apache with mod_ssl and mod_http2. */
export async function startApache(): Promise<Server> {
  const { key, certificate } = await keyPair();
  const modules = ["mpm_event", "authz_core", "socache_shmcb", "ssl", "http2"]
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
Protocols h2 http/1.1
Listen 127.0.0.1:${port}
SSLEngine on
SSLCertificateFile ${certificate}
SSLCertificateKeyFile ${key}
`,
      );
      // -X: one process. Otherwise it ends by a signal to its whole process group: the tests too.
      return ["-X", "-f", `${folder}/apache2.conf`];
    },
  });
}

/** HAProxy that terminates TLS; it has no backend, which no handshake needs. */
export async function startHaproxy(): Promise<Server> {
  const { both } = await keyPair();
  return startServer({
    command: toolPath("haproxy"),
    args: async (port) => {
      const folder = await serverFolder(port);
      await Deno.writeTextFile(
        `${folder}/haproxy.cfg`,
        `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend tls
  bind 127.0.0.1:${port} ssl crt ${both} alpn h2,http/1.1
  http-request deny
`,
      );
      return ["-db", "-f", `${folder}/haproxy.cfg`];
    },
  });
}

async function serverFolder(port: number): Promise<string> {
  return await Deno.makeTempDir({ dir: sharedFolder(), prefix: `${port}-` });
}
