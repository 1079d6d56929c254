import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { fromHex } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { isWholeGreeting } from "./banner_end.ts";
import { readGreeting } from "./banner_service.ts";

function read(text: string, port = 7777, nudged = false) {
  return readGreeting({ bytes: latin1Bytes(text), port, nudged });
}

/** Service, product and version, as far as they are there. */
function what(text: string, port?: number, nudged?: boolean): string {
  const { service, product, version } = read(text, port, nudged);
  return [service, product, version].filter((part) => part !== undefined).join(" | ");
}

Deno.test("readGreeting() knows services, products and versions by what they say first", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n", "ssh | OpenSSH | 9.2p1"],
    ["notice\r\nSSH-2.0-dropbear_2022.83\r\n", "ssh | dropbear | 2022.83"],
    ["SSH-2.0-libssh-0.9.6\n", "ssh | libssh | 0.9.6"],
    ["SSH-2.0-Go\r\n", "ssh | Go"],
    ["220 (vsFTPd 3.0.3)\r\n", "ftp | vsFTPd | 3.0.3"],
    ["220 ProFTPD 1.3.5e Server (Debian) [::ffff:10.0.0.1]\r\n", "ftp | ProFTPD | 1.3.5e"],
    ["220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n", "ftp | Pure-FTPd"],
    ["220-FileZilla Server 1.7.0\r\n220 x\r\n", "ftp | FileZilla Server | 1.7.0"],
    ["220 Microsoft FTP Service\r\n", "ftp | Microsoft FTP Service"],
    ["220 mx ESMTP Postfix (Debian/GNU)\r\n", "smtp | Postfix"],
    ["220 mx ESMTP Exim 4.96 Tue, 28 Jun 2026 12:00:00 +0000\r\n", "smtp | Exim | 4.96"],
    ["220 mx Python SMTP 1.4.4\r\n", "smtp | 1.4.4"],
    [
      "220 H Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready\r\n",
      "smtp | Microsoft ESMTP MAIL Service | 10.0.17763.1697",
    ],
    ["+OK Dovecot (Debian) ready.\r\n", "pop3 | Dovecot"],
    ["* OK [CAPABILITY IMAP4rev1] Cyrus IMAP v2.4.17 server ready\r\n", "imap | Cyrus | 2.4.17"],
    ["200 news.example.com InterNetNews NNRP server INN 2.7.0 ready\r\n", "nntp | INN | 2.7.0"],
    ["RFB 003.889\n", "vnc | 3.889"],
    ["@RSYNCD: 31.0 sha512\n", "rsync | 31.0"],
    [":irc.example.com NOTICE AUTH :*** Looking up your hostname\r\n", "irc"],
    ["Asterisk Call Manager/7.0.3\r\n", "asterisk | Asterisk Call Manager | 7.0.3"],
    [
      "Microsoft Windows [Version 10.0.19045.3803]\r\n",
      "shell | Microsoft Windows | 10.0.19045.3803",
    ],
    ["root@host:/tmp# ", "shell"],
    ["\r\n\r\nUbuntu 22.04.3 LTS\r\nhost login: ", "telnet | Ubuntu | 22.04.3"],
    ["host login: ", "telnet"],
    ["\0\0\0\xf0\x01ActiveMQ\0\0\0\x0c", "openwire"],
    ["\x15\x03\x01\0\x02\x02F", "tls"],
    ["hello", "unknown"],
    ["\r\n \r\n", "unknown"],
  ];
  for (const [text, expected] of cases) assert.equal(what(text), expected, text);
});

Deno.test("readGreeting() reads MySQL and MariaDB", () => {
  const mariadb = "5.5.5-10.11.6-MariaDB-0+deb12u1";
  const tail = "aaaaBBBBBBBB\0\xfe\xf7\x2d\x02\0\xff\x81\x15" + "\0".repeat(10) + "CCCCCCCCCCCC\0" +
    "mysql_native_password\0";
  const payload = `\x0a${mariadb}\0${tail}`;
  const greeting = read(`${String.fromCharCode(payload.length)}\0\0\0${payload}`);
  assert.equal(greeting.service, "mysql");
  assert.equal(greeting.product, "MariaDB");
  assert.equal(greeting.version, "10.11.6-MariaDB-0+deb12u1");
  assert.equal(greeting.authPlugin, "mysql_native_password");
  assert.equal(greeting.form, `${mariadb}\nmysql_native_password`);
  assert.equal(read("\x08\0\0\0\xff\x6a\x04Host!").form, "error 1130");
});

Deno.test("readGreeting() reads the options of Telnet, and their text for people", () => {
  const greeting = readGreeting({
    bytes: fromHex("fffd18fffb01" + "6c6f67696e3a20"),
    port: 23,
    nudged: false,
  });
  assert.deepEqual(greeting, {
    service: "telnet",
    form: "do terminal-type,will echo",
    text: "login: ",
    telnetOptions: ["do terminal-type", "will echo"],
  });
});

Deno.test("readGreeting() goes by the port where a number is all there is", () => {
  assert.equal(what("220 ready\r\n", 21), "ftp");
  assert.equal(what("220 ready\r\n", 587), "smtp");
  assert.equal(what("220 ready\r\n"), "unknown");
});

Deno.test("readGreeting() knows what is said to a nudge", () => {
  assert.equal(what("+PONG\r\n", 6379, true), "redis | Redis");
  assert.equal(what("-NOAUTH Authentication required.\r\n", 6379, true), "redis | Redis");
  assert.equal(what("-ERR unknown command\r\n", 6379, true), "redis | Redis");
  assert.equal(what("-ERR unknown command\r\n", 110, false), "pop3");
  assert.equal(what("ERROR\r\n", 11211, true), "memcached | memcached");
  const http = "HTTP/1.1 400 Bad Request\r\nDate: x\r\nServer: nginx/1.22.1 (x)\r\n\r\n<html>";
  assert.equal(what(http, 80, true), "http | nginx | 1.22.1");
  assert.equal(what("HTTP/1.1 400 Bad Request\r\nserver: Some Thing\r\n\r\n"), "http | Some Thing");
  assert.equal(read(http).form, "HTTP/1.1 400 Bad Request\nServer: nginx/1.22.1 (x)");
  assert.equal(what("AMQP\0\0\x09\x01", 5672, true), "amqp");
});

Deno.test("readGreeting() gives the same form for two visits to an unchanged server", () => {
  const pairs: readonly (readonly [string, string])[] = [
    ["SSH-2.0-tinyssh_20220801 k5Jd8sQz\r\n", "SSH-2.0-tinyssh_20220801 Aw03kdXp\r\n"],
    [
      "220 x ESMTP Exim 4.96 Tue, 28 Jun 2026 12:00:00 +0000\r\n",
      "220 x ESMTP Exim 4.96 Wed, 29 Jul 2026 13:14:15 +0000\r\n",
    ],
    [
      "220-Welcome\r\n220-You are user 1 of 50\r\n220 x\r\n",
      "220-Welcome\r\n220-You are user 7 of 50\r\n",
    ],
    ["+OK <1.2@host>\r\n", "+OK <3.4@host>\r\n"],
    ["\x01\x02random", "\x01\x02modnar and more"],
    ["\xff\xfd\x18", "\xff\xfd\x18\r\nlogin: "],
    [
      "HTTP/1.1 400 x\r\nDate: a\r\nServer: b\r\n\r\n",
      "HTTP/1.1 400 x\r\nDate: c\r\nServer: b\r\n\r\nx",
    ],
  ];
  for (const [first, second] of pairs) {
    assert.equal(read(first).form, read(second).form);
    assert.equal(read(first).service, read(second).service);
  }
  assert.notEqual(read("220 (vsFTPd 3.0.3)\r\n").form, read("220 (vsFTPd 3.0.5)\r\n").form);
});

Deno.test("readGreeting() tells when a server had no room", () => {
  const turnedAway = [
    "421 Too many connections\r\n",
    "* BYE server going down\r\n",
    "Exceeded MaxStartups\r\n",
    "Not allowed at this time\r\n",
    "-ERR max number of clients reached\r\n",
    "\x09\0\0\0\xff\x10\x04Too ma",
  ];
  for (const text of turnedAway) {
    assert.ok(read(text).turnedAway !== undefined, JSON.stringify(text));
  }
  for (
    const text of [
      "220 x\r\n",
      "554 no\r\n",
      "HTTP/1.1 400 too many users\r\n",
      "\x08\0\0\0\xff\x6a\x04Host!",
    ]
  ) {
    assert.equal(read(text).turnedAway, undefined, JSON.stringify(text));
  }
});

Deno.test("isWholeGreeting() finds the end of what has one", () => {
  const whole = [
    "220 x\r\n",
    "220-a\r\n b\r\n220-c\r\n220 d\r\n",
    "+OK\r\n",
    "* OK x\n",
    "SSH-2.0-x\r\n",
    "notice\nSSH-2.0-x\n",
    "RFB 003.008\n",
    "+PONG\r\n",
    "-NOAUTH x\r\n",
    "HTTP/1.1 400 x\r\nA: b\r\n\r\n",
    "HTTP/1.1 400 x\r\n\r\n",
    "\x05\0\0\0\x0a8.0\0",
  ];
  for (const text of whole) {
    assert.equal(isWholeGreeting(latin1Bytes(text)), true, text);
    for (let length = 0; length < text.length - 1; length++) {
      assert.equal(
        isWholeGreeting(latin1Bytes(text.slice(0, length))),
        false,
        text.slice(0, length),
      );
    }
  }
  for (const text of ["login: ", "hello\r\n", "\xff\xfd\x18", "220-a\r\n"]) {
    assert.equal(isWholeGreeting(latin1Bytes(text)), false, text);
  }
});

Deno.test("readGreeting() gives a service and a bounded form to anything", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "220 ",
      "220-",
      "\r\n",
      "SSH-2.0-",
      "\xff\xfd",
      "HTTP/1.1 ",
      "Server:",
      "+OK",
      "\0",
    ),
    fc.string({ unit: CODE_POINT, maxLength: 8 }),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      (pieces, nudged) => {
        const { service, form } = read(pieces.join(""), 21, nudged);
        assert.match(service, /^[a-z0-9]+$/);
        assert.ok(form.length <= 2100);
      },
    ),
  );
});
