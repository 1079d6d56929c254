/** JA4H from the headers that tshark shows. */
import { referenceJa4h, type RequestLists } from "./reference_fingerprints.ts";
import { all, first, texts, type Tree } from "./tshark_json.ts";

/** A header field. */
type Field = readonly [name: string, value: string];

/** JA4H of the requests in a packet. */
export function httpFingerprints(layers: Tree): (readonly ["ja4h", string])[] {
  const plain = all(layers, "http").flatMap((http) => {
    const method = first(http, "http.request.method");
    if (method === undefined) return [];
    const version = first(http, "http.request.version")!.replace("HTTP/", "").replace(".", "");
    const fields = texts(http, "http.request.line").map((line): Field => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    return [listsOf(method, version, fields)];
  });
  const second = all(layers, "http2.stream").flatMap((stream) => {
    const method = first(stream, "http2.headers.method");
    if (method === undefined) return [];
    const fields = all(stream, "http2.header").map((field): Field => [
      first(field, "http2.header.name") ?? "",
      first(field, "http2.header.value") ?? "",
    ]);
    return [listsOf(method, "20", fields.filter(([name]) => !name.startsWith(":")))];
  });
  return [...plain, ...second].map((lists) => ["ja4h", referenceJa4h(lists)]);
}

function listsOf(method: string, version: string, fields: readonly Field[]): RequestLists {
  const values = (wanted: string) =>
    fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const cookies = values("cookie").flatMap((value) => value.split("; "));
  const [language = ""] = values("accept-language");
  const letters = language.split(/[,;]/)[0]!.replaceAll("-", "").toLowerCase();
  return {
    method: method.slice(0, 2).toLowerCase(),
    version,
    names: fields.map(([name]) => name)
      .filter((name) => !["cookie", "referer"].includes(name.toLowerCase())),
    language: `${letters}0000`.slice(0, 4),
    referer: values("referer").length > 0,
    ...(cookies.length === 0 ? {} : { cookies: cookies.toSorted(byName) }),
  };
}

function byName(a: string, b: string): number {
  const [left, right] = [a, b].map((cookie) => cookie.split("=")[0]!);
  return left! < right! ? -1 : left! > right! ? 1 : 0;
}
