export function sshOptions(_h: unknown, _e: unknown): Promise<Record<string, unknown>> {
  return Promise.resolve({});
}
