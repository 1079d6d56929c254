/** What attackers come with: scanners of the web, guessers of passwords, and the libraries they stand on. */
import { type Lab, SERVER, SERVER_NAME } from "./lab.ts";
import type { Scenario } from "./scenario.ts";
import { startNginx, startOpenssh } from "./servers.ts";

const URL = `https://${SERVER_NAME}/`;

const JAVA = `import java.net.*; import java.security.cert.*; import javax.net.ssl.*;
public class Get { public static void main(String[] a) throws Exception {
  SSLContext context = SSLContext.getInstance("TLS");
  context.init(null, new TrustManager[] { new X509ExtendedTrustManager() {
    public void checkClientTrusted(X509Certificate[] c, String t) {}
    public void checkServerTrusted(X509Certificate[] c, String t) {}
    public void checkClientTrusted(X509Certificate[] c, String t, Socket s) {}
    public void checkServerTrusted(X509Certificate[] c, String t, Socket s) {}
    public void checkClientTrusted(X509Certificate[] c, String t, SSLEngine e) {}
    public void checkServerTrusted(X509Certificate[] c, String t, SSLEngine e) {}
    public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; } } }, null);
  HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
  HttpsURLConnection.setDefaultHostnameVerifier((name, session) -> true);
  new URL("${URL}").openStream().readAllBytes(); } }`;

const PERL = `use LWP::UserAgent;
LWP::UserAgent->new(ssl_opts => { verify_hostname => 0, SSL_verify_mode => 0 })->get("${URL}");`;

const PHP = `file_get_contents("${URL}", false, stream_context_create(
  ["ssl" => ["verify_peer" => false, "verify_peer_name" => false]]));`;

const RUBY = `require "net/https"
Net::HTTP.start("${SERVER_NAME}", 443, use_ssl: true, verify_mode: 0) { |http| http.get("/") }`;

const REQUESTS = `import requests, warnings
warnings.simplefilter("ignore")
requests.get("${URL}", verify=False)`;

const AIOHTTP = `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession() as session:
        async with session.get("${URL}", ssl=False) as answer: await answer.read()
asyncio.run(main())`;

const HTTPX = `import httpx
httpx.get("${URL}", verify=False)`;

const PARAMIKO = `import paramiko
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect("${SERVER}", username="root", password="admin", look_for_keys=False, allow_agent=False)`;

/** A list of two words, which is all that a scan of ours asks for. */
async function wordList({ folder }: Lab): Promise<string> {
  const path = `${folder}/words`;
  await Deno.writeTextFile(path, "admin\\nlogin\\n");
  return path;
}

/** A program that speaks TLS with nginx. */
function web(name: string, command: string, ...args: string[]): Scenario {
  return {
    name,
    servers: async (lab) => [await startNginx(lab)],
    filter: "tcp port 443",
    talk: async (lab) => {
      const words = await wordList(lab);
      const placed = args.map((arg) => arg.replace("$WORDS", words).replace("$FOLDER", lab.folder));
      await lab.client("timeout", "60", command, ...placed);
    },
  };
}

/** A program that tries two passwords against OpenSSH. */
function ssh(name: string, command: string, ...args: string[]): Scenario {
  return {
    name,
    servers: async (lab) => [await startOpenssh(lab)],
    filter: "tcp port 22",
    talk: async (lab) => {
      const words = await wordList(lab);
      await lab.client(
        ...["timeout", "60", command] as const,
        ...args.map((arg) => arg.replace("$WORDS", words)),
      );
    },
  };
}

export const ATTACK_TOOLS: readonly Scenario[] = [
  web("dirb", "dirb", URL, "$WORDS", "-S", "-r"),
  web("ffuf", "ffuf", "-k", "-t", "1", "-w", "$WORDS", "-u", `${URL}FUZZ`),
  web("gobuster", "gobuster", "dir", "-k", "-q", "-t", "1", "-w", "$WORDS", "-u", URL),
  web(
    "hydra_https",
    "hydra",
    "-t",
    "1",
    "-l",
    "root",
    "-P",
    "$WORDS",
    "https-get://" + SERVER + "/",
  ),
  web("lynx", "lynx", "-dump", URL),
  web(
    "medusa_https",
    ...["medusa", "-h", SERVER, "-u", "root", "-P", "$WORDS", "-M", "http", "-s"] as const,
  ),
  web("nmap_tls", "nmap", "-Pn", "-p443", "--script", "ssl-cert,http-title", SERVER_NAME),
  web("sqlmap", "sqlmap", "--batch", "--flush-session", "-u", `${URL}?id=1`, "--smart"),
  web("wfuzz", "wfuzz", "-t", "1", "-w", "$WORDS", `${URL}FUZZ`),
  web("whatweb", "whatweb", "-q", "-a1", URL),
  {
    ...web("java", "java", "$FOLDER/Get.java"),
    servers: async (lab) => {
      await Deno.writeTextFile(`${lab.folder}/Get.java`, JAVA);
      return [await startNginx(lab)];
    },
  },
  web("perl_lwp", "perl", "-e", PERL),
  web("php", "php", "-r", PHP),
  web("python_aiohttp", "/usr/bin/python3", "-c", AIOHTTP),
  web("python_httpx", "/usr/bin/python3", "-c", HTTPX),
  web("python_requests", "/usr/bin/python3", "-c", REQUESTS),
  web("ruby", "ruby", "-e", RUBY),
  ssh("hydra_ssh", "hydra", "-t", "1", "-l", "root", "-P", "$WORDS", `ssh://${SERVER}`),
  ssh("medusa_ssh", "medusa", "-h", SERVER, "-u", "root", "-P", "$WORDS", "-M", "ssh"),
  ssh("ncrack_ssh", "ncrack", "-u", "root", "-P", "$WORDS", `ssh://${SERVER}`),
  ssh("paramiko", "/usr/bin/python3", "-c", PARAMIKO),
];
