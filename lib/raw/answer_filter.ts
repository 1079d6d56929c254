/**
 * What the kernel is to hand us: answers to packets of ours, and nothing else that arrives on this
 * machine. The programs see packets from the IP header on, as packet sockets of type SOCK_DGRAM do.
 */
import { BPF, BpfProgram } from "./bpf.ts";
import { ECHO_TYPE } from "./echo.ts";
import { ICMP, ICMPV6 } from "./icmp_error.ts";
import { IPV6_HEADER_LENGTH, PROTOCOL } from "./ip_packet.ts";

/** By what answers are known. */
export interface AnswerMarks {
  /** Ports that we send from, 64 at most. */
  readonly ports: readonly number[];
  /** Identifier of our echo requests. */
  readonly echoId: number;
}

/** Bytes of a packet that are handed over: more than an ICMP error has on Ethernet. */
export const ANSWER_SNAPLEN = 2048;

/** SYN or RST: SYN-ACKs and resets, and no segment of anybody's open connection. */
const SYN_OR_RST = 0x06;

const MAX_PORTS = 64;

/**
 * IPv4: segments with SYN or RST to our ports, and ICMP errors about packets that came from them.
 *
 * @throws {RangeError} for more than 64 ports
 */
export function ipv4AnswerFilter({ ports }: AnswerMarks): Uint8Array<ArrayBuffer> {
  const program = new BpfProgram()
    // The offset: later fragments have no transport header.
    .do(BPF.loadHalf, 6).jump(BPF.jumpSet, 0x1fff, "drop")
    .do(BPF.loadHeaderLengthX, 0)
    .do(BPF.loadByte, 9)
    .jump(BPF.jumpEqual, PROTOCOL.tcp, "tcp")
    .jump(BPF.jumpEqual, PROTOCOL.icmp, undefined, "drop")
    .do(BPF.loadByteX, 0)
    .jump(BPF.jumpEqual, ICMP.unreachable, "error")
    .jump(BPF.jumpEqual, ICMP.timeExceeded, "error")
    .jump(BPF.jumpEqual, ICMP.parameterProblem, "error", "drop")
    .label("error")
    // X moves on by the length of the quoted IP header, and then points 8 bytes before its ports.
    .do(BPF.loadByteX, 8).do(BPF.and, 0x0f).do(BPF.shiftLeft, 2).do(BPF.addX).do(BPF.toX)
    .do(BPF.loadHalfX, 8)
    .jump(BPF.jumpGreaterOrEqual, 0, "ports")
    .label("tcp")
    .do(BPF.loadByteX, 13).jump(BPF.jumpSet, SYN_OR_RST, undefined, "drop")
    .do(BPF.loadHalfX, 2);
  return finish(program, ports);
}

/**
 * IPv6: the same, ICMPv6 errors about headers that we alone send, and replies to our echo requests.
 * Answers with extension headers of their own are none that a stack sends.
 *
 * @throws {RangeError} for more than 64 ports
 */
export function ipv6AnswerFilter({ ports, echoId }: AnswerMarks): Uint8Array<ArrayBuffer> {
  const l4 = IPV6_HEADER_LENGTH;
  const quote = l4 + 8;
  const program = new BpfProgram()
    .do(BPF.loadByte, 6)
    .jump(BPF.jumpEqual, PROTOCOL.tcp, "tcp")
    .jump(BPF.jumpEqual, PROTOCOL.icmpv6, undefined, "drop")
    .do(BPF.loadByte, l4)
    .jump(BPF.jumpEqual, ECHO_TYPE.reply6, "reply")
    .jump(BPF.jumpGreaterOrEqual, ICMPV6.parameterProblem + 1, "drop")
    .jump(BPF.jumpEqual, 0, "drop")
    .do(BPF.loadByte, quote + 6)
    .jump(BPF.jumpEqual, PROTOCOL.destinationOptions, "accept")
    .jump(BPF.jumpEqual, PROTOCOL.experimental, "accept")
    .do(BPF.loadHalf, quote + IPV6_HEADER_LENGTH)
    .jump(BPF.jumpGreaterOrEqual, 0, "ports")
    .label("reply")
    .do(BPF.loadHalf, l4 + 4).jump(BPF.jumpEqual, echoId, "accept", "drop")
    .label("tcp")
    .do(BPF.loadByte, l4 + 13).jump(BPF.jumpSet, SYN_OR_RST, undefined, "drop")
    .do(BPF.loadHalf, l4 + 2);
  return finish(program, ports);
}

/** The end of both: A holds a port. */
function finish(program: BpfProgram, ports: readonly number[]): Uint8Array<ArrayBuffer> {
  if (ports.length > MAX_PORTS) throw new RangeError(`${ports.length} ports`);
  program.label("ports");
  for (const port of ports) program.jump(BPF.jumpEqual, port, "accept");
  return program
    .label("drop").do(BPF.return, 0)
    .label("accept").do(BPF.return, ANSWER_SNAPLEN)
    .assemble();
}
