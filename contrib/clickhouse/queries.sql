-- Five questions to the table of table.sql, in words that ClickHouse has known since 18.16.
-- An event may be in the table twice (README.md): count() is right with FINAL only; uniq(), min(), max() and
-- LIMIT 1 BY event_id are right without it, and faster. The bound on toDate(time) is what the table is ordered
-- by, so that other days are not read; it is a day wider than the one on time, for the server may have another zone.

-- 1. Who was busiest in the last day, at how many decoys, since when?
SELECT
    attacker_ip,
    count() AS events,
    uniqExact(decky) AS decoys,
    arraySort(groupUniqArray(service)) AS services,
    min(time) AS first_seen,
    max(time) AS last_seen
FROM decnet.events FINAL
WHERE toDate(time) >= today() - 2 AND time >= now() - INTERVAL 1 DAY
  AND attacker_ip != 'Unknown'
GROUP BY attacker_ip
ORDER BY events DESC, attacker_ip
LIMIT 20;

-- 2. Which tools or servers have several addresses? Fingerprints of the last 30 days that more than one
-- attacker has; those of common browsers and libraries are at the top, the rare ones further down are of interest.
SELECT
    kind,
    fingerprint,
    uniqExact(attacker_ip) AS attackers,
    min(time) AS first_seen,
    max(time) AS last_seen
FROM
(
    SELECT
        time,
        attacker_ip,
        multiIf(event_type = 'tls_client_hello', 'ja4',
                event_type = 'ssh_client', 'hassh',
                event_type = 'jarm_fingerprint', 'jarm', '') AS kind,
        multiIf(event_type = 'tls_client_hello', visitParamExtractString(fields, 'ja4'),
                event_type = 'ssh_client', visitParamExtractString(fields, 'hassh'),
                event_type = 'jarm_fingerprint', visitParamExtractString(fields, 'jarm_hash'), '')
            AS fingerprint
    FROM decnet.events
    WHERE toDate(time) >= today() - 31 AND time >= now() - INTERVAL 30 DAY
      AND event_type IN ('tls_client_hello', 'ssh_client', 'jarm_fingerprint')
)
WHERE fingerprint != ''
GROUP BY kind, fingerprint
HAVING attackers > 1
ORDER BY attackers DESC, kind, fingerprint
LIMIT 50;

-- 3. Which passwords were tried most in the last week, by how many, and did one work?
SELECT
    visitParamExtractString(fields, 'principal') AS user,
    visitParamExtractString(fields, 'secret_printable') AS secret,
    count() AS tries,
    uniqExact(attacker_ip) AS attackers,
    countIf(visitParamExtractString(fields, 'outcome') = 'success') AS successes
FROM decnet.events FINAL
WHERE toDate(time) >= today() - 8 AND time >= now() - INTERVAL 7 DAY
  AND event_type = 'auth_attempt'
GROUP BY user, secret
ORDER BY tries DESC, user, secret
LIMIT 50;

-- 4. What has one attacker done, in order, everywhere? Put the address in.
SELECT time, micros, sensor, decky, service, event_type, fields, msg
FROM decnet.events
WHERE attacker_ip = '203.0.113.7'
  AND toDate(time) >= today() - 31 AND time >= now() - INTERVAL 30 DAY
ORDER BY time, micros, event_id
LIMIT 1 BY event_id
LIMIT 1000;

-- 5. Which sensors have fallen silent, or send much less than before? The last hour beside the hours of the
-- week.
SELECT
    sensor,
    max(time) AS last_event,
    now() - max(time) AS silent_seconds,
    countIf(time >= now() - INTERVAL 1 HOUR) AS last_hour,
    round(count() / 168, 1) AS usual_hour
FROM decnet.events FINAL
WHERE toDate(time) >= today() - 8 AND time >= now() - INTERVAL 7 DAY
GROUP BY sensor
ORDER BY silent_seconds DESC, sensor;
