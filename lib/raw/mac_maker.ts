/** Makers of network interfaces, by the first three bytes of the link-layer address. */

/**
 * Assignments of the IEEE registry (MA-L), those that an attacker's machine is likely to show: hypervisors
 * first, then clouds, servers, boards and routers. The registry as a whole has 40,000 of them.
 */
const MAKERS: Readonly<Record<string, string>> = {
  "VMware": "000569 000c29 001c14 005056",
  "VirtualBox": "080027",
  "Xen": "00163e",
  "Microsoft": "0003ff 000d3a 00155d 0017fa 001dd8 002248 6045bd 7c1e52 7ced8d",
  "Parallels": "001851 001c42",
  "oVirt": "001a4a",
  "Proxmox": "bc2411",
  "Nutanix": "506b8d",
  "Raspberry Pi": "28cdc1 2ccf67 b827eb d83add dca632 e45f01",
  "Super Micro": "002590 0cc47a 3cecef ac1f6b",
  "Dell": "00188b b8ca3a",
  "Hewlett Packard": "3c4a92 9cb654",
  "Oracle": "000f4b 00144f 0021f6 002128 080020",
  "Intel": "001b21 3cfdfe 6805ca 90e2ba a0369f",
  "Mellanox": "0002c9 248a07 ec0d9a",
  "Broadcom": "000af7 001018",
  "Realtek": "00e04c",
  "Solarflare": "000f53",
  "Cisco": "00000c",
  "MikroTik": "000c42 4c5e0c b869f4",
  "Ubiquiti": "24a43c fcecda",
  "D-Link": "0050ba",
  "NetApp": "00a098",
};

/**
 * What programs choose for interfaces that they make, by as many digits as they always use. These are
 * locally administered (IEEE 802 8.2.2), so nobody owns them.
 */
const CUSTOMS: readonly (readonly [digits: string, maker: string])[] = [
  ["525400", "QEMU/KVM"],
  ["0242", "Docker"],
  ["4201", "Google Cloud"],
  ["fa163e", "OpenStack"],
  ["0a0027", "VirtualBox host"],
];

const MAKER_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(MAKERS).flatMap(([maker, prefixes]) =>
    prefixes.split(" ").map((prefix) => [prefix, maker] as const)
  ),
);

/** The maker of an interface by its link-layer address of 6 bytes; undefined when not in our list. */
export function makerOf(linkAddress: Uint8Array): string | undefined {
  const digits = linkAddress.toHex();
  return MAKER_OF.get(digits.slice(0, 6)) ??
    CUSTOMS.find(([start]) => digits.startsWith(start))?.[1];
}
