/** A QUIC server that shakes hands and says no more: ADDRESS KEY CERTIFICATE. */
const [hostname = "", key = "", certificate = ""] = Deno.args;

const endpoint = new Deno.QuicEndpoint({ hostname, port: 443 });
const listener = endpoint.listen({
  key: Deno.readTextFileSync(key),
  cert: Deno.readTextFileSync(certificate),
  alpnProtocols: ["h3"],
});
for (;;) {
  try {
    (await listener.accept()).closed.catch(() => {});
  } catch {
    // A client that gives up is not the end.
  }
}
