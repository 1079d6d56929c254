/** Runs classic BPF programs as the kernel does, for tests. */

/** Opcodes that are known here, by what they do to A and X. */
const LOAD: ReadonlyMap<number, readonly [size: number, indexed: boolean]> = new Map([
  [0x30, [1, false]],
  [0x28, [2, false]],
  [0x50, [1, true]],
  [0x48, [2, true]],
]);

/** How much of `packet` the program lets through: 0 for none. @throws {Error} for a bad program */
export function runBpf(program: Uint8Array, packet: Uint8Array): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  let a = 0;
  let x = 0;
  for (let pc = 0; pc * 8 < program.length; pc++) {
    const code = view.getUint16(pc * 8, true);
    const k = view.getUint32(pc * 8 + 4, true);
    const jump = (condition: boolean) => pc += program[pc * 8 + (condition ? 2 : 3)]!;
    const load = LOAD.get(code);
    if (load !== undefined) {
      const [size, indexed] = load;
      const at = k + (indexed ? x : 0);
      // A read past the end drops the packet.
      if (at + size > packet.length) return 0;
      a = size === 1 ? packet[at]! : packet[at]! << 8 | packet[at + 1]!;
      continue;
    }
    switch (code) {
      case 0xb1:
        if (k >= packet.length) return 0;
        x = (packet[k]! & 0x0f) * 4;
        break;
      case 0x54:
        a &= k;
        break;
      case 0x64:
        a <<= k;
        break;
      case 0x0c:
        a += x;
        break;
      case 0x07:
        x = a;
        break;
      case 0x15:
        jump(a === k);
        break;
      case 0x35:
        jump(a >= k);
        break;
      case 0x45:
        jump((a & k) !== 0);
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`unknown opcode ${code}`);
    }
  }
  throw new Error("the program has no end");
}
