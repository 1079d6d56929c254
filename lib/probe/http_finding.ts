/** What an event and a person are told about a web server. */
import type { Fields, FieldValue } from "../event/event.ts";
import { httpResponseHash } from "../fingerprint/http_response.ts";
import { sha256Hex } from "../hash.ts";
import {
  type HttpResponse,
  responseValue,
  responseValues,
  setCookieNames,
} from "../http/response.ts";
import type { ReceivedResponse } from "../http/response_reader.ts";
import { hostPort } from "../net/host_port.ts";
import type { Fetched } from "./http_exchange.ts";
import { type Icon, iconFields } from "./http_icon.ts";
import type { ProbeContext, ProbeResult } from "./probe.ts";
import { targetFields } from "./target_fields.ts";

/** Characters of a header's value, and of all header names together, that an event tells. */
const MAX_VALUE = 512;
const MAX_NAMES = 4096;

/** Cookies whose names are told. */
const MAX_COOKIES = 32;

/** The finding about a server that sent `page`, with its icon if it has one. */
export function webServerFinding(
  context: ProbeContext,
  page: Fetched,
  title: string | undefined,
  icon: Icon | undefined,
): ProbeResult {
  const { scheme, response } = page;
  const hash = httpResponseHash(response);
  if (hash === undefined) return { outcome: "protocol_error", detail: "too many headers" };
  const server = responseValue(response, "server");
  const location = responseValue(response, "location");
  const fields: Record<string, FieldValue | undefined> = {
    ...targetFields(context),
    scheme,
    http_response_hash: hash,
    http_version: response.version,
    status: response.status,
    ...headerFields(response),
    title,
    ...bodyFields(page),
    ...(icon === undefined ? {} : iconFields(icon)),
  };
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["http", hash],
    ["status", `${response.status} ${bounded(response.reason)}`.trim()],
    ["server", bounded(server)],
    ["title", title],
    ["location", bounded(location)],
    ["favicon", icon === undefined ? undefined : String(fields["favicon_hash"])],
  ];
  return {
    outcome: "ok",
    eventType: "http_fingerprint",
    hash,
    fields: withoutAbsent(fields),
    msg: `HTTP ${hostPort(context.target.address, context.port)} = ${hash}`,
    lines: lines.filter((line): line is [string, string] => line[1] !== undefined),
  };
}

function headerFields(response: HttpResponse): Record<string, FieldValue | undefined> {
  const value = (name: string) => bounded(responseValue(response, name));
  const cookies = setCookieNames(response).slice(0, MAX_COOKIES);
  const length = responseValue(response, "content-length");
  return {
    server: value("server"),
    header_order: response.headers.map(({ name }) => name).join(",").slice(0, MAX_NAMES),
    location: value("location"),
    content_type: value("content-type"),
    content_length: /^\d{1,15}$/.test(length ?? "") ? Number(length) : undefined,
    content_encoding: value("content-encoding"),
    powered_by: bounded(responseValues(response, "x-powered-by").join(", ")),
    cookie_names: cookies.length > 0 ? cookies.map((name) => bounded(name)!) : undefined,
  };
}

function bodyFields({ body, ending }: ReceivedResponse): Record<string, FieldValue | undefined> {
  return {
    body_size: body.length,
    // Of a body that was cut off it would be another one each time.
    body_sha256: ending === "cut" || body.length === 0 ? undefined : sha256Hex(body),
    body_truncated: ending === "whole" ? undefined : true,
  };
}

function bounded(value: string | undefined): string | undefined {
  return value?.slice(0, MAX_VALUE);
}

/** `fields` without those that have no value. */
function withoutAbsent(fields: Readonly<Record<string, FieldValue | undefined>>): Fields {
  const present: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== "") present[name] = value;
  }
  return present;
}
