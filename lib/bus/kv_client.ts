/** The client of JetStream's buckets, apart for the reason that jetstream_client.ts gives. */
export { Kvm } from "@nats-io/kv";
