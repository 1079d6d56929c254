/** The functions of libpcap, and those of the C library that come with it. */
import { CaptureError } from "./capture_error.ts";
import { cText } from "./c_text.ts";
import { LibraryError, openLibrary } from "./library.ts";

/** pcap.h: PCAP_ERRBUF_SIZE, bytes that a function may write to its error buffer. */
export const ERROR_BUFFER_SIZE = 256;

/** Debian and Ubuntu kept the name of 0.8 for all versions since; the others count them. */
const NAMES: readonly string[] = Deno.build.os === "darwin"
  ? ["libpcap.A.dylib", "libpcap.dylib"]
  : ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"];

const HOW_TO_INSTALL = Deno.build.os === "darwin"
  ? "brew install libpcap"
  : "apt-get install libpcap0.8, dnf install libpcap, or apk add libpcap";

/**
 * Handles are `pointer`. Addresses of C memory that is read by copying it with `strncpy` or `memcpy`
 * are `u64`: views over foreign memory would need the FFI permission for every path, and for as long
 * as the capture lasts. The C library's functions are found through libpcap, which is linked with
 * it, and so belong to the same C library as the `FILE` that libpcap writes to.
 */
const SYMBOLS = {
  pcap_create: { parameters: ["buffer", "buffer"], result: "pointer" },
  pcap_set_snaplen: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_promisc: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_timeout: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_buffer_size: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_set_tstamp_precision: { parameters: ["pointer", "i32"], result: "i32" },
  pcap_activate: { parameters: ["pointer"], result: "i32" },
  pcap_setnonblock: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  pcap_get_selectable_fd: { parameters: ["pointer"], result: "i32" },
  pcap_snapshot: { parameters: ["pointer"], result: "i32" },
  pcap_geterr: { parameters: ["pointer"], result: "u64" },
  pcap_statustostr: { parameters: ["i32"], result: "u64" },
  pcap_compile: { parameters: ["pointer", "buffer", "buffer", "i32", "u32"], result: "i32" },
  pcap_setfilter: { parameters: ["pointer", "buffer"], result: "i32" },
  pcap_freecode: { parameters: ["buffer"], result: "void" },
  pcap_dispatch: { parameters: ["pointer", "i32", "pointer", "pointer"], result: "i32" },
  pcap_stats: { parameters: ["pointer", "buffer"], result: "i32" },
  pcap_close: { parameters: ["pointer"], result: "void" },
  // The address of the function, which pcap_dispatch takes as its callback.
  pcap_dump: { type: "pointer" },
  pcap_dump_fopen: { parameters: ["pointer", "pointer"], result: "pointer" },
  pcap_dump_flush: { parameters: ["pointer"], result: "i32" },
  pcap_dump_close: { parameters: ["pointer"], result: "void" },
  pcap_findalldevs: { parameters: ["buffer", "buffer"], result: "i32" },
  pcap_freealldevs: { parameters: ["u64"], result: "void" },
  fopen: { parameters: ["buffer", "buffer"], result: "pointer" },
  fclose: { parameters: ["pointer"], result: "i32" },
  setvbuf: { parameters: ["pointer", "buffer", "i32", "usize"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
  strncpy: { parameters: ["buffer", "u64", "usize"], result: "void" },
  memcpy: { parameters: ["buffer", "u64", "usize"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** libpcap, opened. */
export type Libpcap = Deno.DynamicLibrary<typeof SYMBOLS>;

/** A `pcap_t`, a `FILE` or a `pcap_dumper_t`. */
export type Handle = NonNullable<Deno.PointerValue>;

/**
 * Opens libpcap.
 *
 * @param names file names to try, in this order
 * @throws {CaptureError} of kind `no_library` or `no_permission`
 */
export function openLibpcap(names: readonly string[] = NAMES): Libpcap {
  if (Deno.build.os === "windows") {
    // A `FILE` of another C runtime than that of wpcap.dll cannot be handed to it.
    throw new CaptureError(
      "no_library",
      "live capture is not supported on Windows; read from a pipe: dumpcap -P -w - | decnet sniff -r -",
    );
  }
  try {
    return openLibrary(names, SYMBOLS);
  } catch (error) {
    if (!(error instanceof LibraryError)) throw error;
    if (error.kind === "not_allowed") {
      throw new CaptureError("no_permission", `live capture: ${error.message}`);
    }
    throw new CaptureError(
      "no_library",
      `live capture needs libpcap: ${error.message} (${HOW_TO_INSTALL})`,
    );
  }
}

/** The C string at `address`, up to `limit` bytes of it; empty for a null address. */
export function textAt(pcap: Libpcap, address: bigint, limit = ERROR_BUFFER_SIZE): string {
  if (address === 0n) return "";
  const copy = new Uint8Array(limit);
  pcap.symbols.strncpy(copy, address, BigInt(limit));
  return cText(copy);
}

/** `length` bytes from `address` on, copied. */
export function bytesAt(pcap: Libpcap, address: bigint, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  pcap.symbols.memcpy(copy, address, BigInt(length));
  return copy;
}
