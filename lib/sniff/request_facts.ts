/** What a request of HTTP tells, remembered for as long as the request is. */
import { SharedFields } from "../event/shared_fields.ts";
import { ja4h } from "../fingerprint/ja4plus/ja4h.ts";
import { headerValue, type HttpRequest, requestHost } from "../http/request.ts";

/** Header names that an event lists. */
const MAX_NAMES = 60;

/** Facts of a request. */
export interface RequestFacts {
  readonly fields: SharedFields;
  /** Equal for requests that are the same news. */
  readonly name: string;
}

/** With and without JA4H. Readers of requests give the same object for the same bytes. */
const remembered = [
  new WeakMap<HttpRequest, RequestFacts>(),
  new WeakMap<HttpRequest, RequestFacts>(),
] as const;

/** Facts of `request`. @param ja4plus with JA4H */
export function requestFacts(request: HttpRequest, ja4plus: boolean): RequestFacts {
  const facts = remembered[ja4plus ? 1 : 0];
  const known = facts.get(request);
  if (known !== undefined) return known;
  const fresh = readFacts(request, ja4plus);
  facts.set(request, fresh);
  return fresh;
}

function readFacts(request: HttpRequest, ja4plus: boolean): RequestFacts {
  const fingerprint = ja4plus ? ja4h(request)?.ja4h : undefined;
  const userAgent = headerValue(request, "user-agent");
  return {
    fields: new SharedFields({
      method: request.method,
      path: request.target,
      host: requestHost(request) || undefined,
      http_version: request.version,
      user_agent: userAgent || undefined,
      headers_ordered: request.headers.slice(0, MAX_NAMES).map(({ name }) => name),
      // Not its raw form: that has the cookies' values in it.
      ja4h: fingerprint,
    }),
    name: `${request.method} ${request.target} ${fingerprint} ${userAgent}`,
  };
}
