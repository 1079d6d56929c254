/** Tries of credentials, in the fields that the decoys' versions write. */
import type { FieldValue } from "../../lib/event/event.ts";
import type { SeededRandom } from "../../tests/support/log_random.ts";
import { sourcePort, type Step } from "./step.ts";
import { type Decoy, PASSWORDS, USERS } from "./vocabulary.ts";

/** What a list of credentials looks like to one attacker. */
export class CredentialList {
  readonly #random: SeededRandom;
  readonly #user: string | undefined;

  constructor(random: SeededRandom) {
    this.#random = random;
    // Half of them go for one account.
    this.#user = random.chance(0.5) ? random.pick(USERS) : undefined;
  }

  /** The next pair. */
  next(): readonly [user: string, password: string] {
    const user = this.#user ?? this.#random.pick(USERS);
    return [user, this.#random.pick(PASSWORDS)];
  }
}

/** A try of `user` and `password`; older decoys name the fields as SSH and FTP do here. */
export function attempt(
  random: SeededRandom,
  decoy: Decoy,
  service: string,
  [user, password]: readonly [string, string],
  success = false,
): Omit<Step, "wait"> {
  const outcome = success ? "success" : "failure";
  const older: readonly FieldValue[] = [
    ...["src_port", sourcePort(random), "username", user, "password", password],
    ...["outcome", outcome],
  ];
  const fields = service === "ssh" || service === "ftp" ? older : [
    ...["principal", user, "secret_kind", "password"],
    ...["secret_printable", password, "secret_b64", btoa(password), "outcome", outcome],
  ];
  return {
    decoy,
    service,
    eventType: "auth_attempt",
    fields,
    phase: success ? "access" : "access_attempt",
    credential: `${user}\0${password}`,
  };
}
