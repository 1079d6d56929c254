/** Passwords in addresses, for what is shown. */

/**
 * A scheme, a user and a password up to the last `@`. With bounds: messages may quote what others wrote, and
 * each place at which one could begin is looked at once.
 */
const IN_FRONT = /\b([a-z][a-z0-9+.-]{0,31}:\/\/[^:@/?#\s"']{0,255}):[^\s"']{0,4095}@/gi;

/** The way of libpq to say it behind the host. */
const BEHIND = /([?&]password=)[^&#\s"']*/gi;

/** `text` with the password of each address in it, `scheme://user:password@host`, as `***`. */
export function hidePassword(text: string): string {
  return text.replace(IN_FRONT, "$1:***@").replace(BEHIND, "$1***");
}
