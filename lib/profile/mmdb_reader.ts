/** The reader of MaxMind DB files, loaded at the first one: by this module, as jetstream_client.ts of the bus explains. */
export { Reader } from "mmdb-lib";
