/** What a request of HTTP tells, remembered for as long as the request is. */
import { SharedFields } from "../event/shared_fields.ts";
import { ja4h } from "../fingerprint/ja4plus/ja4h.ts";
import { headerValue, type HttpRequest, requestHost } from "../http/request.ts";

/** Header names that an event lists. */
const MAX_NAMES = 60;

/** Requests of HTTP/2 that are remembered, and the longest of them, as JSON. */
const MAX_REMEMBERED = 256;
const MAX_REMEMBERED_LENGTH = 2048;

/** Facts of a request. */
export interface RequestFacts {
  readonly fields: SharedFields;
  /** Equal for requests that are the same news. */
  readonly name: string;
}

/** Facts of one kind, by the request that has them and by all that the request says. */
interface Known {
  readonly byRequest: WeakMap<HttpRequest, RequestFacts>;
  readonly byContent: Map<string, RequestFacts>;
}

/** With and without JA4H. */
const remembered = [emptyMemory(), emptyMemory()] as const;

/** Facts of `request`. @param ja4plus with JA4H */
export function requestFacts(request: HttpRequest, ja4plus: boolean): RequestFacts {
  const { byRequest, byContent } = remembered[ja4plus ? 1 : 0];
  // Readers of HTTP/1 give the same object for the same bytes; in HTTP/2 the bytes are others with each
  // connection, for they depend on what was said before.
  if (request.version !== "2") {
    const known = byRequest.get(request);
    if (known !== undefined) return known;
    const fresh = readFacts(request, ja4plus);
    byRequest.set(request, fresh);
    return fresh;
  }
  const content = JSON.stringify(request);
  const known = byContent.get(content);
  if (known !== undefined) return known;
  const fresh = readFacts(request, ja4plus);
  if (content.length <= MAX_REMEMBERED_LENGTH) {
    if (byContent.size >= MAX_REMEMBERED) byContent.clear();
    byContent.set(content, fresh);
  }
  return fresh;
}

function emptyMemory(): Known {
  return { byRequest: new WeakMap(), byContent: new Map() };
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
