/** The tables of HPACK (RFC 7541 2.3 and Appendix A). */
import type { Header } from "./request.ts";

/** Name and value by index, the first of which is 1. */
const STATIC_TABLE: readonly Header[] = [
  ":authority",
  ":method GET",
  ":method POST",
  ":path /",
  ":path /index.html",
  ":scheme http",
  ":scheme https",
  ":status 200",
  ":status 204",
  ":status 206",
  ":status 304",
  ":status 400",
  ":status 404",
  ":status 500",
  "accept-charset",
  "accept-encoding gzip, deflate",
  "accept-language",
  "accept-ranges",
  "accept",
  "access-control-allow-origin",
  "age",
  "allow",
  "authorization",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-range",
  "content-type",
  "cookie",
  "date",
  "etag",
  "expect",
  "expires",
  "from",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "link",
  "location",
  "max-forwards",
  "proxy-authenticate",
  "proxy-authorization",
  "range",
  "referer",
  "refresh",
  "retry-after",
  "server",
  "set-cookie",
  "strict-transport-security",
  "transfer-encoding",
  "user-agent",
  "vary",
  "via",
  "www-authenticate",
].map((entry) => {
  const space = entry.indexOf(" ");
  return space < 0
    ? { name: entry, value: "" }
    : { name: entry.slice(0, space), value: entry.slice(space + 1) };
});

/** Size before either side says otherwise (RFC 9113 6.5.2). */
const DEFAULT_SIZE = 4096;

/**
 * Largest size that is followed. The server, whose settings are not seen here, sets the true limit:
 * it is 4096 nearly everywhere.
 */
const LARGEST_SIZE = 64 * 1024;

/** What an entry counts besides its name and value (RFC 7541 4.1). */
const ENTRY_OVERHEAD = 32;

/** The static table and, after it, the entries that the client has added, newest first. */
export class HpackTable {
  /** Oldest first. */
  #entries: Header[] = [];
  #size = 0;
  #limit = DEFAULT_SIZE;

  /** Size of the entries, by the count of RFC 7541 4.1. */
  get size(): number {
    return this.#size;
  }

  /** Entry at `index`; undefined when there is none. */
  at(index: number): Header | undefined {
    return index <= STATIC_TABLE.length
      ? STATIC_TABLE[index - 1]
      : this.#entries[this.#entries.length - (index - STATIC_TABLE.length)];
  }

  /** Adds an entry. One larger than the table empties it (RFC 7541 4.4). */
  add(entry: Header): void {
    this.#entries.push(entry);
    this.#size += entrySize(entry);
    this.#evict();
  }

  /** Changes the size; false when that is more than is followed here. */
  resize(limit: number): boolean {
    if (limit > LARGEST_SIZE) return false;
    this.#limit = limit;
    this.#evict();
    return true;
  }

  #evict(): void {
    let gone = 0;
    while (this.#size > this.#limit) this.#size -= entrySize(this.#entries[gone++]!);
    if (gone > 0) this.#entries.splice(0, gone);
  }
}

function entrySize(entry: Header): number {
  return entry.name.length + entry.value.length + ENTRY_OVERHEAD;
}
