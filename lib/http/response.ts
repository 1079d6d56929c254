/** What an HTTP/1 server answered. */
import { type Header, isNamed } from "./request.ts";

/** A response without its body. */
export interface HttpResponse {
  /** `1.1`, `1.0`. */
  readonly version: string;
  /** Three digits, which need not be a registered code. */
  readonly status: number;
  /** As sent, Latin-1; often empty. */
  readonly reason: string;
  /** In the order in which they were sent. */
  readonly headers: readonly Header[];
  /** True when there were more headers than are kept here, so that nothing may be hashed. */
  readonly truncated: boolean;
}

/** Values of every header called `name`, given in lower case. */
export function responseValues(response: HttpResponse, name: string): string[] {
  return response.headers.filter((header) => isNamed(header, name)).map(({ value }) => value);
}

/** Value of the first header called `name`, given in lower case; undefined when there is none. */
export function responseValue(response: HttpResponse, name: string): string | undefined {
  return response.headers.find((header) => isNamed(header, name))?.value;
}

/** Names of the cookies that the response sets, in order (RFC 6265 4.1). */
export function setCookieNames(response: HttpResponse): string[] {
  return responseValues(response, "set-cookie")
    .map((value) => /^[^=;]*/.exec(value)![0].trim())
    .filter((name) => name !== "");
}
