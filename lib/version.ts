/** The version of decnet; equal to that in deno.json, which a test checks. */
export const VERSION = "0.1.0";
