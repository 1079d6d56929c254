/** Tables of ClickHouse, as `--to` names them. */

/** What `http_port` and `https_port` are in the configuration that ClickHouse comes with. */
const PORTS = { plain: 8123, tls: 8443 } as const;

/** Names are what needs no quotes, so that nothing but a name comes into the statement. */
const TABLE =
  /^clickhouse(\+tls)?:\/\/(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\s]+)(?::(\d{1,5}))?\/(?:([A-Za-z_]\w{0,99})\.)?([A-Za-z_]\w{0,99})$/;

/** True for text that is meant to name a table of ClickHouse, rightly or not. */
export function isClickhouseUrl(text: string): boolean {
  return /^clickhouse(\+tls)?:/.test(text);
}

/**
 * Where rows for the table that `text` names are posted to: `clickhouse://HOST:8123/DATABASE.TABLE`, or
 * `clickhouse+tls://HOST:8443/TABLE` of the user's default database.
 *
 * @throws {RangeError} with what would be right
 */
export function parseClickhouseUrl(text: string): URL {
  if (text.includes("@") || /[?&](user|password)=/.test(text)) {
    throw new RangeError(
      "a password in a URL is seen by everybody; use --header @FILE with X-ClickHouse-User and -Key",
    );
  }
  const [, tls, host, digits, database, table] = TABLE.exec(text) ?? [];
  const port = digits === undefined ? PORTS[tls === undefined ? "plain" : "tls"] : Number(digits);
  const scheme = tls === undefined ? "http" : "https";
  const url = table === undefined || port < 1 || port > 65535
    ? null
    : URL.parse(`${scheme}://${host}:${port}/`);
  if (url === null) {
    throw new RangeError(
      `"${text}" is none of clickhouse://HOST:8123/DATABASE.TABLE and ` +
        "clickhouse+tls://HOST:8443/DATABASE.TABLE",
    );
  }
  const target = database === undefined ? `\`${table}\`` : `\`${database}\`.\`${table}\``;
  url.searchParams.set("query", `INSERT INTO ${target} FORMAT JSONEachRow`);
  return url;
}
