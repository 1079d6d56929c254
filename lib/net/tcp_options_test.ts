import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../bytes.ts";
import { optionLetters, parseTcpOptions, readTcpOptions, TcpOptions } from "./tcp_options.ts";

function parse(hex: string): TcpOptions {
  const bytes = fromHex(hex);
  const options = new TcpOptions();
  parseTcpOptions(options, bytes, 0, bytes.length);
  return options;
}

function kinds(options: TcpOptions): number[] {
  return [...options.kinds.subarray(0, options.count)];
}

Deno.test("parseTcpOptions() reads the options of a Linux SYN", () => {
  const options = parse("020405b40402080aac1700480000000001030307");
  assert.deepEqual(kinds(options), [2, 4, 8, 1, 3]);
  assert.equal(options.layoutCount, 5);
  assert.equal(options.mss, 1460);
  assert.equal(options.windowScale, 7);
  assert.equal(options.sackPermitted, true);
  assert.equal(options.timestamp, 0xac170048);
  assert.equal(options.timestampEcho, 0);
  assert.equal(options.malformed, false);
  assert.equal(options.brokenKind, -1);
});

Deno.test("parseTcpOptions() takes a list without options for what it is", () => {
  const options = parse("");
  assert.equal(options.count, 0);
  assert.deepEqual(
    [options.mss, options.windowScale, options.timestamp, options.timestampEcho],
    [-1, -1, -1, -1],
  );
  assert.equal(options.sackPermitted, false);
});

Deno.test("parseTcpOptions() keeps the padding of a macOS SYN", () => {
  const options = parse("020405b4010303060101080a780321b50000000004020000");
  assert.deepEqual(kinds(options), [2, 1, 3, 1, 1, 8, 4, 0, 0]);
  assert.equal(options.layoutCount, 8);
  assert.equal(options.paddingBytes, 1);
  assert.equal(options.paddingSet, false);
});

Deno.test("parseTcpOptions() lists the kinds that tshark lists", () => {
  // Options of SYNs made for this, and tcp.option_kind of tshark 4.0.17.
  const cases: [string, number[]][] = [
    ["020405b40000ffff", [2, 0, 0]],
    ["0101010203050103", [1, 1, 1, 2, 1]],
    ["01010102", [1, 1, 1]],
    ["0301ff01", []],
    ["03030f00", [3, 0]],
    ["04020402", [4, 4]],
    ["01010801", [1, 1]],
    ["0101080affffffff00000000", [1, 1, 8]],
    ["0101fe0402020101", [1, 1, 254, 1, 1]],
    ["0101ff00", [1, 1]],
    ["0101010100000000", [1, 1, 1, 1, 0, 0, 0, 0]],
    ["0000020405b40000", [0, 0]],
    ["01010302", [1, 1, 3]],
    ["020405b4030307040201010122020000", [2, 3, 4, 1, 1, 1, 34, 0, 0]],
    ["1e0c01020304050607080910", [30]],
    ["0203050400000000", [2]],
    ["020505b400010101", [2, 1, 1, 1]],
    ["0101030207010101", [1, 1, 3]],
    ["0803010001010101", [8, 0]],
    ["22040102", [34]],
    ["13120102030405060708090a0b0c0d0e0f100101", [19, 1, 1]],
  ];
  for (const [hex, expected] of cases) assert.deepEqual(kinds(parse(hex)), expected, hex);
});

Deno.test("parseTcpOptions() marks options of a wrong length, and takes no value from them", () => {
  for (const hex of ["02030501", "03020101", "04030001", "080901020304050607010101", "0503ff01"]) {
    const options = parse(hex);
    assert.equal(options.malformed, true, hex);
    assert.equal(options.brokenKind, -1, hex);
    assert.equal(options.mss, -1);
    assert.equal(options.windowScale, -1);
    assert.equal(options.sackPermitted, false);
    assert.equal(options.timestamp, -1);
  }
});

Deno.test("parseTcpOptions() names the option that runs over the end", () => {
  for (
    const [hex, kind] of [["0101080a", 8], ["020405", 2], ["010103", 3], ["fe00", 254]] as const
  ) {
    const options = parse(hex);
    assert.equal(options.malformed, true, hex);
    assert.equal(options.brokenKind, kind, hex);
  }
});

Deno.test("parseTcpOptions() sees what is hidden behind the end of list", () => {
  assert.equal(parse("0100000000000000").paddingSet, false);
  assert.equal(parse("0100000000000001").paddingSet, true);
  assert.equal(parse("020405b400000307").paddingBytes, 3);
});

Deno.test("parseTcpOptions() forgets what it read before", () => {
  const options = new TcpOptions();
  const full = fromHex("020405b4010303060101080a780321b50000000004020001ff");
  parseTcpOptions(options, full, 0, full.length);
  parseTcpOptions(options, full, 0, 0);
  const { kinds: _used, ...state } = options;
  const { kinds: _fresh, ...expected } = new TcpOptions();
  assert.deepEqual(state, expected);
});

Deno.test("readTcpOptions() says so when the capture cut the header off", () => {
  const header = fromHex(
    "c00000500000000100000000a002faf000000000" + "020405b40402080aac17004800000000",
  );
  const packet = { bytes: header, l4Offset: 0, l4Length: header.length };
  const options = new TcpOptions();
  assert.equal(readTcpOptions(options, { ...packet, tcpHeaderLength: 36 }), true);
  assert.equal(options.mss, 1460);
  assert.equal(readTcpOptions(options, { ...packet, tcpHeaderLength: 40 }), false);
  assert.equal(options.count, 0);
});

Deno.test("optionLetters() writes the order in letters, the end of list once", () => {
  assert.equal(optionLetters(parse("020405b40402080aac1700480000000001030307")), "M,S,T,N,W");
  assert.equal(optionLetters(parse("020405b404020000")), "M,S,E");
  assert.equal(optionLetters(parse("22020101")), "?34,N,N");
  assert.equal(optionLetters(parse("")), "");
});

Deno.test("parseTcpOptions() bears any bytes, any offset and any length", () => {
  const options = new TcpOptions();
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.nat({ max: 80 }),
      fc.integer({ min: -20, max: 300 }),
      (bytes, offset, length) => {
        parseTcpOptions(options, bytes, offset, length);
        const readable = Math.max(0, Math.min(length, 40, bytes.length - offset));
        assert.ok(options.count <= readable);
        assert.ok(options.layoutCount <= options.count);
        assert.ok(options.paddingBytes <= readable);
      },
    ),
  );
});
