import assert from "node:assert/strict";
import { CAPTURED_STACKS } from "../../../tests/support/captured_stacks.ts";
import { observedPacket, observedSyn } from "../../../tests/support/observed_stack.ts";
import { signatureText } from "./signature_text.ts";

Deno.test("signatureText() writes what p0f logs", () => {
  for (const { from, packet, signature } of CAPTURED_STACKS) {
    assert.equal(signatureText(observedPacket(packet)), signature, from);
  }
});

Deno.test("signatureText() knows every quirk", () => {
  const cases: [string, Parameters<typeof observedSyn>][] = [
    ["df,id+", [{}]],
    ["df", [{ ipId: 0 }]],
    ["", [{ dontFragment: false }]],
    ["id-", [{ dontFragment: false, ipId: 0 }]],
    ["df,id+,ecn", [{ trafficClass: 0x01 }]],
    ["df,id+,ecn", [{ tcpFlags: 0xc2 }]],
    ["df,id+,ecn", [{ tcpFlags: 0x102 }]],
    ["df,id+,0+", [{ reservedBit: true }]],
    ["flow", [{ ipVersion: 6, ipHeaderLength: 40, ipId: -1, flowLabel: 7, dontFragment: false }]],
    ["df,id+,seq-", [{ sequence: 0 }]],
    ["df,id+,ack+", [{ acknowledgement: 9 }]],
    ["df,id+,ack-", [{ tcpFlags: 0x12, acknowledgement: 0 }]],
    ["df,id+,uptr+", [{ urgentPointer: 1 }]],
    ["df,id+,urgf+", [{ tcpFlags: 0x22, urgentPointer: 1 }]],
    ["df,id+,pushf+", [{ tcpFlags: 0x0a }]],
    ["df,id+,ts1-", [{}, "080a0000000000000000"]],
    ["df,id+,ts2+", [{}, "080a0000000100000001"]],
    ["df,id+,opt+", [{}, "0100000000000001"]],
    ["df,id+,exws", [{}, "0303ff01"]],
    ["df,id+,bad", [{}, "02030501"]],
  ];
  for (const [quirks, given] of cases) {
    assert.equal(signatureText(observedSyn(...given)).split(":")[6], quirks);
  }
});

Deno.test("signatureText() takes the peer's timestamp in a SYN-ACK for what it is", () => {
  const answer = observedSyn({ tcpFlags: 0x12, acknowledgement: 5 }, "080a0000000100000001");
  assert.equal(signatureText(answer).split(":")[6], "df,id+");
});

Deno.test("signatureText() counts IP options, extension headers and payload", () => {
  assert.match(signatureText(observedSyn({ ipHeaderLength: 24 })), /^4:64\+0:4:/);
  assert.match(signatureText(observedSyn({ ipVersion: 6, ipHeaderLength: 48 })), /^6:64\+0:8:/);
  assert.match(signatureText(observedSyn({ payloadLength: 1 })), /:\+$/);
  assert.match(signatureText(observedSyn({ payloadMissing: 1 })), /:\+$/);
});

Deno.test("signatureText() guesses the distance up to 35 hops", () => {
  assert.match(signatureText(observedSyn({ ttl: 54 })), /^4:54\+10:/);
  assert.match(signatureText(observedSyn({ ttl: 93 })), /^4:93\+35:/);
  assert.match(signatureText(observedSyn({ ttl: 92 })), /^4:92\+\?:/);
});

Deno.test("signatureText() counts the option that runs over the end", () => {
  assert.equal(signatureText(observedSyn({}, "020405b401010308")).split(":")[5], "mss,nop,nop,ws");
});
