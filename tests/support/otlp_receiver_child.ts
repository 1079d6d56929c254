/** A receiver of OTLP over HTTP in JSON: prints its port, and then each request's body, a line each. */
const encoder = new TextEncoder();

async function print(text: string): Promise<void> {
  const writer = Deno.stdout.writable.getWriter();
  await writer.write(encoder.encode(`${text}\n`));
  writer.releaseLock();
}

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  async (request) => {
    const body = JSON.stringify(await request.json());
    // Before the answer: who has been answered may end.
    await print(body);
    return Response.json({});
  },
);
await print(String(server.addr.port));
