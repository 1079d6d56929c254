-- The table that `decnet tail --to clickhouse://HOST:8123/decnet.events` fills.
-- clickhouse-client --multiquery < table.sql
-- Every type is one that ClickHouse has had since 18.16 and still has.

CREATE DATABASE IF NOT EXISTS decnet;

CREATE TABLE IF NOT EXISTS decnet.events
(
    time        DateTime('UTC'),
    micros      UInt32,
    event_id    FixedString(26),
    schema      UInt8,
    sensor      String,
    decky       String,
    service     String,
    event_type  String,
    attacker_ip String,
    fields      String,
    msg         String
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (toDate(time), attacker_ip, time, event_id);
