/** Attackers that send mail. */
import { connect, type Script, shuffled } from "./script.ts";
import { evenly, type Role, type Step } from "./step.ts";
import { decoysWith, RESERVED_DOMAINS, VICTIM_DOMAINS } from "./vocabulary.ts";

/** Sends mail through a relay, to several people at a time. */
export function spammer(role: Role): Script {
  const { random, events } = role;
  const decoy = random.pick(decoysWith("smtp"));
  const domains = shuffled(VICTIM_DOMAINS, role).slice(0, 1 + random.below(4));
  const tests = random.chance(0.3) ? random.pick(RESERVED_DOMAINS) : undefined;
  function* steps(): Generator<Step, void> {
    const smtp = (eventType: string, fields: Step["fields"], wait: number): Step => {
      const phase = eventType === "ehlo" ? "reconnaissance" : "delivery";
      return { wait, decoy, service: "smtp", eventType, fields, phase };
    };
    let left = events;
    const quickly = () => evenly(random, 0.1, 0.6);
    while (left > 0) {
      const recipients: string[] = [];
      yield connect(decoy, "smtp", evenly(random, 2, 30), role);
      if (--left > 0) yield smtp("ehlo", ["domain", "mailer.example"], quickly());
      if (--left > 0) yield smtp("mail_from", ["value", "<ceo@bank.example>"], quickly());
      left--;
      for (let count = 1 + random.below(6); count > 0 && left > 0; count--, left--) {
        const test = random.chance(0.2) ? tests : undefined;
        const domain = test ?? random.pick(domains);
        const address = `user${random.below(500)}@${
          random.chance(0.2) ? domain.toUpperCase() : domain
        }`;
        const denied = random.chance(0.1);
        if (!denied) recipients.push(address);
        yield {
          ...smtp(denied ? "rcpt_denied" : "rcpt_to", ["value", `<${address}>`], quickly()),
          domain: test === undefined ? domain : undefined,
        };
      }
      if (left-- > 0) {
        yield smtp(
          "message_accepted",
          ["rcpt_to", recipients.join(","), "size", "2048"],
          quickly(),
        );
      }
    }
  }
  return { intention: { class: "mixed" }, steps: steps() };
}
