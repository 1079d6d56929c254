/** JA4D and JA4D6 from the options that tshark shows. */
import { all, first, numbers, type Tree } from "./tshark_json.ts";

const TYPES4 = ["", "disco", "offer", "reqst", "decln", "dpack", "dpnak", "relse", "infor"];
const TYPES6 = [
  ...["", "solct", "advrt", "reqst", "confm", "renew", "rebnd", "reply", "relse", "decln"],
  ...["recon", "inreq"],
];

/** Options that part a tells of, and the end as tshark shows it. */
const LEFT_OUT = [0, 50, 53, 81, 255];

/** The fingerprint of the message in a packet. */
export function dhcpFingerprints(layers: Tree): (readonly ["ja4d", string])[] {
  const four = all(layers, "dhcp").map((message) => {
    const type = Number(first(message, "dhcp.option.dhcp"));
    const size = Number(first(message, "dhcp.option.dhcp_max_message_size") ?? 0);
    const wants = first(message, "dhcp.option.requested_ip_address") !== undefined;
    const named = first(message, "dhcp.fqdn.name") !== undefined;
    return written(
      ...[TYPES4[type]!, size, wants, named] as const,
      numbers(message, "dhcp.option.type").filter((option) => !LEFT_OUT.includes(option)),
      numbers(message, "dhcp.option.request_list_item"),
    );
  });
  const six = all(layers, "dhcpv6").map((message) => {
    const options = all(message, "dhcpv6.option.type_str_tree");
    const client = options.find((option) => first(option, "dhcpv6.option.type") === "1");
    return written(
      TYPES6[Number(first(message, "dhcpv6.msgtype"))]!,
      Number(client === undefined ? 0 : first(client, "dhcpv6.option.length")),
      options.some((option) => first(option, "dhcpv6.option.type") === "4"),
      first(message, "dhcpv6.client_domain") !== undefined,
      numbers(message, "dhcpv6.option.type"),
      numbers(message, "dhcpv6.requested_option_code"),
    );
  });
  return [...four, ...six].map((value) => ["ja4d", value]);
}

function written(
  type: string,
  size: number,
  wants: boolean,
  named: boolean,
  options: readonly number[],
  requested: readonly number[],
): string {
  const start = type + String(size).padStart(4, "0") + (wants ? "i" : "n") + (named ? "d" : "n");
  return [start, options.join("-") || "00", requested.join("-") || "00"].join("_");
}
