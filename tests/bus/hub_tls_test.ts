/** A hub that speaks TLS alone, and asks who comes for a certificate. */
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { BusError } from "../../lib/bus/bus_error.ts";
import { CertificateAuthority } from "../support/certificates.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

testNeeding(
  ["nats-server", "openssl"],
  "connectBus() reaches a hub over TLS, checks who it is, and says who comes",
  async () => {
    await using folder = await tempFolder();
    await Deno.mkdir(`${folder.path}/other`);
    const authority = await CertificateAuthority.make(folder.path);
    const other = await CertificateAuthority.make(`${folder.path}/other`);
    const client = await authority.sign("edge-1", "DNS:edge-1", "");
    const stranger = await other.sign("edge-1", "DNS:edge-1", "");
    const start = async (name: string, alternatives: string) => {
      const { cert, key } = await authority.sign(name, alternatives, `${name}-`);
      const files = `cert_file: "${cert}", key_file: "${key}", ca_file: "${authority.ca}"`;
      return await startNatsHub(`tls { ${files}, verify: true }`);
    };
    await using hub = await start("hub", "DNS:localhost,IP:127.0.0.1");
    await using elsewhere = await start("elsewhere", "DNS:elsewhere,IP:127.0.0.2");
    const connect = async (place: string, parameters: string) => {
      const address = parseBusAddress(`nats+tls://${place}?${parameters}`);
      const connection = await connectBus(address, { name: "test", once: true });
      await connection.flush();
      await connection.close();
    };
    const right = `ca=${authority.ca}&cert=${client.cert}&key=${client.key}`;
    const wrong = `ca=${authority.ca}&cert=${stranger.cert}&key=${stranger.key}`;

    await connect(`localhost:${hub.port}`, right);
    await connect(`127.0.0.1:${hub.port}`, right);
    const refused = [
      [`localhost:${elsewhere.port}`, right, /altname/],
      [`127.0.0.1:${elsewhere.port}`, right, /altname/],
      [`localhost:${hub.port}`, right.replace(authority.ca, other.ca), /certificate/],
      [`localhost:${hub.port}`, `ca=${authority.ca}`, /./],
      [`localhost:${hub.port}`, wrong, /./],
    ] as const;
    for (const [place, parameters, reason] of refused) {
      await assert.rejects(connect(place, parameters), (error: Error) => {
        assert.ok(error instanceof BusError, error.stack);
        assert.match(error.message, reason);
        return true;
      }, `${place} ${parameters}`);
    }
  },
);
