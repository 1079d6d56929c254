/** Test support: handshake packets of real stacks and scanners, captured between two namespaces. */

/** A packet and what is to be said of it. */
export interface CapturedStack {
  /** Who sent it. */
  readonly from: string;
  /** The packet from its IP header to the end of its TCP header, in hexadecimal. */
  readonly packet: string;
  /**
   * What p0f 3.09b logs as `raw_sig`. But for `ack+`: p0f looks for it in one bit of the acknowledgement
   * number, and so finds it in half of the packets that have it.
   */
  readonly signature: string;
  /** Label in our signature file. */
  readonly label: string;
}

/** SYNs and SYN-ACKs. */
export const CAPTURED_STACKS: readonly CapturedStack[] = [
  {
    from: "Linux 6.18, plain",
    packet:
      "4500003caddf4000400678c80a0900010a090002da8a0050f12681e500000000a002faf014430000020405b40402080ae42128e90000000001030307",
    signature: "4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, plain",
    packet:
      "4500003c00004000400626a80a0900020a0900010050da8acddca149f12681e6a012fe8814430000020405b40402080a8e262bebe42128e901030307",
    signature: "4:64+0:0:1460:mss*45,7:mss,sok,ts,nop,ws:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, IPv6",
    packet:
      "6000f47000280640fd000009000000000000000000000001fd000009000000000000000000000002cb9800508936009d00000000a002fd20fa440000020405a00402080a751b309a0000000001030307",
    signature: "6:64+0:0:1440:mss*45,7:mss,sok,ts,nop,ws:flow:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, net.ipv4.tcp_timestamps=0",
    packet:
      "45000034c7d9400040065ed60a0900010a090002daaa00503ec04c29000000008002faf0143b0000020405b40101040201030307",
    signature: "4:64+0:0:1460:mss*44,7:mss,nop,nop,sok,nop,ws:df,id+:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, net.ipv4.tcp_timestamps=0",
    packet:
      "4500003400004000400626b00a0900020a0900010050daaacdc90bd83ec04c2a8012faf0143b0000020405b40101040201030307",
    signature: "4:64+0:0:1460:mss*44,7:mss,nop,nop,sok,nop,ws:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, net.ipv4.tcp_ecn=1",
    packet:
      "4500003c232c40004006037c0a0900010a090002c3f80050b2fde81000000000a0c2faf014430000020405b40402080acf100bee0000000001030307",
    signature: "4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+,ecn:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, net.ipv4.tcp_ecn=1",
    packet:
      "4500003c00004000400626a80a0900020a0900010050c3f857d8eadeb2fde811a052fe8814430000020405b40402080ac048a9e3cf100bee01030307",
    signature: "4:64+0:0:1460:mss*45,7:mss,sok,ts,nop,ws:df,ecn:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, TCP Fast Open",
    packet:
      "45000040dff64000400646ad0a0900010a090002e2bc00505db545a000000000b002faf014470000020405b40402080a73440999000000000103030722020101",
    signature: "4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws,?34,nop,nop:df,id+:0",
    label: "s:unix:Linux:4.19-6.x, TCP Fast Open",
  },
  {
    from: "Linux 6.18, Multipath TCP",
    packet:
      "450000405c5b40004006ca480a0900010a090002e2ca0050e764fef600000000b002faf014470000020405b40402080aed7a133d00000000010303071e040101",
    signature: "4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws,?30:df,id+:0",
    label: "s:unix:Linux:5.6-6.x, Multipath TCP",
  },
  {
    from: "Linux 6.18, MTU 1280",
    packet:
      "4500003cf5044000400631a30a0900010a090002c8b40050e8f0803f00000000a002fbe014430000020404d80402080ad36b69d00000000001030307",
    signature: "4:64+0:0:1240:mss*52,7:mss,sok,ts,nop,ws:df,id+:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 1280",
    packet:
      "4500003c00004000400626a80a0900020a0900010050c8b482f15f4ae8f08040a012fe3c14430000020404d80402080a547b6f6ad36b69d001030307",
    signature: "4:64+0:0:1240:mss*53,7:mss,sok,ts,nop,ws:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 1280",
    packet:
      "6007e09000280640fd000009000000000000000000000001fd000009000000000000000000000002a0b4005013d77c1c00000000a002fc94fa440000020404c40402080a2d65d3240000000001030307",
    signature: "6:64+0:0:1220:mss*53,7:mss,sok,ts,nop,ws:flow:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 1280",
    packet:
      "600bd75b00280640fd000009000000000000000000000002fd0000090000000000000000000000010050a0b44d7678ae13d77c1da012fed0fa440000020404c40402080a62605bbc2d65d32401030307",
    signature: "6:64+0:0:1220:mss*54,7:mss,sok,ts,nop,ws:flow:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 1492",
    packet:
      "4500003ceab1400040063bf60a0900010a090002a1f00050d2c6f29f00000000a002ff3c14430000020405ac0402080ab4a789eb0000000001030307",
    signature: "4:64+0:0:1452:mss*45,7:mss,sok,ts,nop,ws:df,id+:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 1492",
    packet:
      "4500003c00004000400626a80a0900020a0900010050a1f0200ecbf6d2c6f2a0a012fd2014430000020405ac0402080aaea35102b4a789eb01030307",
    signature: "4:64+0:0:1452:mss*45,7:mss,sok,ts,nop,ws:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 1492",
    packet:
      "6002b8e000280640fd000009000000000000000000000001fd000009000000000000000000000002e2500050334df9e200000000a002fbb8fa440000020405980402080adf2c83430000000001030307",
    signature: "6:64+0:0:1432:mss*45,7:mss,sok,ts,nop,ws:flow:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 1492",
    packet:
      "6006541200280640fd000009000000000000000000000002fd0000090000000000000000000000010050e2503372baf6334df9e3a012ff28fa440000020405980402080a8ebb0d9cdf2c834301030307",
    signature: "6:64+0:0:1432:mss*46,7:mss,sok,ts,nop,ws:flow:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 9000",
    packet:
      "4500003cb0f84000400675af0a0900010a090002a202005081cb82b800000000a002f50014430000020423000402080a62f4006b0000000001030307",
    signature: "4:64+0:0:8960:mss*7,7:mss,sok,ts,nop,ws:df,id+:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 9000",
    packet:
      "4500003c00004000400626a80a0900020a0900010050a2026f8ca97881cb82b9a012f4ac14430000020423000402080a68087e1162f4006b01030307",
    signature: "4:64+0:0:8960:mss*7,7:mss,sok,ts,nop,ws:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, MTU 9000",
    packet:
      "600ab1b000280640fd000009000000000000000000000001fd000009000000000000000000000002e2640050ba6d333a00000000a002f474fa440000020422ec0402080ad855f39f0000000001030307",
    signature: "6:64+0:0:8940:mss*7,7:mss,sok,ts,nop,ws:flow:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, net.ipv4.tcp_rmem of 2 MiB",
    packet:
      "4500003cde904000400648170a0900010a090002ea4200500036491d00000000a002ffff14430000020405b40402080a26992df20000000001030308",
    signature: "4:64+0:0:1460:65535,8:mss,sok,ts,nop,ws:df,id+:0",
    label: "s:unix:Linux:large receive buffers (Android, tuned servers)",
  },
  {
    from: "Linux 6.18, net.ipv4.tcp_rmem of 2 MiB",
    packet:
      "4500003c00004000400626a80a0900020a0900010050ea427c2f940b0036491ea012fe8814430000020405b40402080a365cc31526992df201030308",
    signature: "4:64+0:0:1460:mss*45,8:mss,sok,ts,nop,ws:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, loopback",
    packet:
      "4500003c9bb840004006a1017f0000017f0000019a6a00517a86b3a200000000a002ffd7fe3000000204ffd70402080a0ef23ccf0000000001030307",
    signature: "4:64+0:0:65495:mss*1,7:mss,sok,ts,nop,ws:df,id+:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, loopback",
    packet:
      "4500003c0000400040063cba7f0000017f00000100519a6a6ec791927a86b3a3a012ffcbfe3000000204ffd70402080a05eb250e0ef23ccf01030307",
    signature: "4:64+0:0:65495:mss*1,7:mss,sok,ts,nop,ws:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "Linux 6.18, loopback",
    packet:
      "600b6d5e002806400000000000000000000000000000000100000000000000000000000000000001ea1400519042e09700000000a002ffc4003000000204ffc40402080af7a050c40000000001030307",
    signature: "6:64+0:0:65476:mss*1,7:mss,sok,ts,nop,ws:flow:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "nmap 7.93 -sS",
    packet:
      "4500002cea2d00003906838a0a0900010a090002bd920050b0da1a0a0000000060020400f74a0000020405b4",
    signature: "4:57+7:0:1460:1024,0:mss::0",
    label: "s:!:NMap:SYN scan",
  },
  {
    from: "nmap 7.93 -6 -sS",
    packet:
      "60000000001806fffd000009000000000000000000000001fd000009000000000000000000000002c4fc0050de87edc9000000006002040008720000020405b4",
    signature: "6:255+0:0:1460:1024,0:mss::0",
    label: "s:!:NMap:SYN scan",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500002c00004000400626b80a0900020a0900010050b07ad17fab72407cc7da6012faf014330000020405b4",
    signature: "4:64+0:0:1460:mss*44,0:mss:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500003c8d3f00003906e0680a0900010a090002cd51005036b71c2c688a5530a00200014cb1000003030a01020405b4080affffffff000000000402",
    signature: "4:57+7:0:1460:1,10:ws,nop,mss,ts,sok:ack+:0",
    label: "s:!:NMap:OS detection",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500003cd541000036069b660a0900010a090002cd52005036b71c2d688a5530a002003f56ae0000020405780303000402080affffffff0000000000",
    signature: "4:54+10:0:1400:63,0:mss,ws,sok,ts,eol+0:ack+:0",
    label: "s:!:NMap:OS detection",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500003c6edd0000360601cb0a0900010a090002cd53005036b71c2e688a5530a002000457df0000080affffffff0000000001010303050102040280",
    signature: "4:54+10:0:640:4,5:ts,nop,nop,ws,nop,mss:ack+:0",
    label: "s:!:NMap:OS detection",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500003c00004000400626a80a0900020a0900010050cd530a693c2536b71c2fa012fe8814430000020405b40101080aa0530962ffffffff01030307",
    signature: "4:64+0:0:1460:mss*45,7:mss,nop,nop,ts,nop,ws:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "45000038b4e000003706bacb0a0900010a090002cd54005036b71c2f688a553090020004646500000402080affffffff0000000003030a00",
    signature: "4:55+9:0:0:4,10:sok,ts,ws,eol+0:ack+:0",
    label: "s:!:NMap:OS detection",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500003cefd20000310685d50a0900010a090002cd55005036b71c30688a5530a002001050370000020402180402080affffffff0000000003030a00",
    signature: "4:49+15:0:536:16,10:mss,sok,ts,ws,eol+0:ack+:0",
    label: "s:!:NMap:OS detection",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "450000385998000031061c140a0900010a090002cd56005036b71c31688a5530900202006c5b0000020401090402080affffffff00000000",
    signature: "4:49+15:0:265:512,0:mss,sok,ts:ack+:0",
    label: "s:!:NMap:OS detection",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500003800004000400626ac0a0900020a0900010050cd56b55c468136b71c329012fe88143f0000020405b40402080aada6fde7ffffffff",
    signature: "4:64+0:0:1460:mss*45,0:mss,sok,ts:df:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "45000034e6c8000031068ee70a0900010a090002cd5d005036b71c2c0000000088c2000330b9f7f503030a01020405b404020101",
    signature: "4:49+15:0:1460:3,10:ws,nop,mss,sok,nop,nop:ecn,uptr+:0",
    label: "s:!:NMap:OS detection",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500003400004000400626b00a0900020a0900010050cd5d62c216c336b71c2d8052faf0143b0000020405b40101040201030307",
    signature: "4:64+0:0:1460:mss*44,7:mss,nop,nop,sok,nop,ws:df,ecn:0",
    label: "s:unix:Linux:4.19-6.x",
  },
  {
    from: "nmap 7.93 -O",
    packet:
      "4500003c1c080000390651a00a0900010a090002cd62005136b71c2c688a5530a0027a69d6e1000003030a0102040109080affffffff000000000402",
    signature: "4:57+7:0:265:31337,10:ws,nop,mss,ts,sok:ack+:0",
    label: "s:!:NMap:OS detection",
  },
  {
    from: "nping 0.7.93 --tcp",
    packet: "450000286b5a00004006fb610a0900010a09000243bc005055e8f8e700000000500205c8032a0000",
    signature: "4:64+0:0:0:1480,0:::0",
    label: "s:!:NMap:nping",
  },
  {
    from: "masscan 1.3.2",
    packet: "45000028927e0000ff06153d0a0900010a090002e4b200526571922e0000000050020400bb290000",
    signature: "4:255+0:0:0:1024,0:::0",
    label: "s:!:masscan:SYN scan",
  },
  {
    from: "zmap 2.1.1",
    packet: "45000028d4310000ff06d3890a0900010a090002993c00502d6e0c9d000000005002ffffc8360000",
    signature: "4:255+0:0:0:65535,0:::0",
    label: "s:!:zmap:SYN scan",
  },
  {
    from: "hping3 3.0.0-alpha-2 -S",
    packet: "450000287f4600004006e7750a0900010a0900020a41005060d32acc638f8223500202001deb0000",
    signature: "4:64+0:0:0:512,0::ack+:0",
    label: "s:!:hping:SYN",
  },
];
