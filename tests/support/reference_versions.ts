/** The versions of servers from which the reference fingerprints were taken: Debian 12's. */
import { versionOf } from "./requirements.ts";

/** Decides the answers of every server that is built on it. */
export const OPENSSL = versionOf({
  tool: "openssl",
  args: ["version"],
  pattern: /(?<=Library: OpenSSL )[\d.]+/,
  series: "3.0",
});

export const NGINX = versionOf({
  tool: "nginx",
  args: ["-v"],
  pattern: /(?<=nginx\/)[\d.]+/,
  series: "1.22",
});

export const APACHE = versionOf({
  tool: "apache2",
  args: ["-v"],
  pattern: /(?<=Apache\/)[\d.]+/,
  series: "2.4",
});

export const HAPROXY = versionOf({
  tool: "haproxy",
  args: ["-v"],
  pattern: /(?<=version )[\d.]+/,
  series: "2.6",
});

export const OPENSSH = versionOf({
  tool: "sshd",
  args: ["-V"],
  pattern: /(?<=OpenSSH_)[\d.]+/,
  series: "9.2",
});

export const DROPBEAR = versionOf({
  tool: "dropbear",
  args: ["-V"],
  pattern: /(?<=v)\d[\d.]+/,
  series: "2022.83",
});
