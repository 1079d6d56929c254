/**
 * JetStream's client, which only those load who use it.
 *
 * It is CommonJS: what is imported of it by `import()` has no names in a bundle, what is imported at the top
 * of a module has.
 */
export {
  DeliverPolicy,
  jetstream,
  JetStreamApiError,
  jetstreamManager,
  StorageType,
} from "@nats-io/jetstream";
