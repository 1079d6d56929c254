/** `address:port` for people: IPv6 in brackets (RFC 3986 3.2.2). */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
