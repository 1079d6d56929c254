import assert from "node:assert/strict";
import { runBpf } from "../../tests/support/raw_bpf.ts";
import { BPF, BpfProgram } from "./bpf.ts";

Deno.test("BpfProgram counts jumps in instructions, from the next one on", () => {
  const program = new BpfProgram()
    .do(BPF.loadByte, 0)
    .jump(BPF.jumpEqual, 7, "yes", "no")
    .label("no").do(BPF.return, 0)
    .label("yes").do(BPF.return, 9)
    .assemble();
  assert.equal(
    program.toHex(),
    "3000000000000000" + "1500010007000000" + "0600000000000000" + "0600000009000000",
  );
  assert.equal(runBpf(program, Uint8Array.of(7)), 9);
  assert.equal(runBpf(program, Uint8Array.of(8)), 0);
});

Deno.test("BpfProgram refuses labels that are missing, behind, or too far away", () => {
  const end = (program: BpfProgram) => program.do(BPF.return, 0);
  assert.throws(() => end(new BpfProgram().jump(BPF.jumpEqual, 0, "none")).assemble(), RangeError);
  const back = new BpfProgram().label("back").do(BPF.and, 1).jump(BPF.jumpEqual, 0, "back");
  assert.throws(() => end(back).assemble(), RangeError);
  const far = (between: number) => {
    const program = new BpfProgram().jump(BPF.jumpEqual, 0, "far");
    for (let count = 0; count < between; count++) program.do(BPF.and, 1);
    return end(program.label("far"));
  };
  far(255).assemble();
  assert.throws(() => far(256).assemble(), RangeError);
});
