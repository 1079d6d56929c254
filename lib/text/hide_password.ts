/** Passwords in addresses, for what is shown. */

/** `text` with the password of each address in it, `scheme://user:password@host`, as `***`. */
export function hidePassword(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^:@/?#\s"']*):[^\s"']*@/gi, "$1:***@")
    .replace(/([?&]password=)[^&#\s"']*/gi, "$1***");
}
