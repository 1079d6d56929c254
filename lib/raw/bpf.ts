/** Puts together classic BPF programs (Linux: Documentation/networking/filter.rst). */

/** Opcodes, as linux/bpf_common.h puts them together from class, size, mode and operation. */
export const BPF = {
  /** A = the byte, half word at k; the same at X + k. */
  loadByte: 0x30,
  loadHalf: 0x28,
  loadByteX: 0x50,
  loadHalfX: 0x48,
  /** X = 4 * (the low nibble of the byte at k). */
  loadHeaderLengthX: 0xb1,
  and: 0x54,
  shiftLeft: 0x64,
  /** A = A + X. */
  addX: 0x0c,
  /** X = A. */
  toX: 0x07,
  jumpEqual: 0x15,
  jumpGreaterOrEqual: 0x35,
  /** Jumps when A and k have a bit in common. */
  jumpSet: 0x45,
  return: 0x06,
} as const;

/** Bytes of a struct sock_filter. */
const INSTRUCTION = 8;

interface Instruction {
  readonly code: number;
  readonly k: number;
  /** Labels to go on at; undefined for the next instruction. */
  readonly whenTrue: string | undefined;
  readonly whenFalse: string | undefined;
}

/** A program under construction. */
export class BpfProgram {
  readonly #instructions: Instruction[] = [];
  readonly #labels = new Map<string, number>();

  /** Gives the next instruction a name to jump to. */
  label(name: string): this {
    this.#labels.set(name, this.#instructions.length);
    return this;
  }

  /** An instruction that does not jump. */
  do(code: number, k = 0): this {
    return this.#add({ code, k, whenTrue: undefined, whenFalse: undefined });
  }

  /** A conditional jump, always forward; without a label it goes on with the next instruction. */
  jump(code: number, k: number, whenTrue?: string, whenFalse?: string): this {
    return this.#add({ code, k, whenTrue, whenFalse });
  }

  /**
   * The program as an array of struct sock_filter, in memory that does not move.
   *
   * @throws {RangeError} for a label that is missing, behind the jump, or over 255 instructions away
   */
  assemble(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(new ArrayBuffer(this.#instructions.length * INSTRUCTION));
    const view = new DataView(bytes.buffer);
    for (const [index, { code, k, whenTrue, whenFalse }] of this.#instructions.entries()) {
      const at = index * INSTRUCTION;
      view.setUint16(at, code, true);
      bytes[at + 2] = this.#distance(index, whenTrue);
      bytes[at + 3] = this.#distance(index, whenFalse);
      view.setUint32(at + 4, k, true);
    }
    return bytes;
  }

  #add(instruction: Instruction): this {
    this.#instructions.push(instruction);
    return this;
  }

  #distance(from: number, label: string | undefined): number {
    if (label === undefined) return 0;
    const distance = (this.#labels.get(label) ?? -1) - from - 1;
    if (distance < 0 || distance > 255) throw new RangeError(`cannot jump to ${label}`);
    return distance;
  }
}
