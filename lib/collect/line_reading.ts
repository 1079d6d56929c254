/** What a log line says, whatever form it had. */

/** A line taken apart. */
export interface LineReading {
  /** Microseconds since the epoch; undefined where the line names no time. */
  readonly time: number | undefined;
  /** RFC 5424 HOSTNAME; a part that is NIL stays `-`. */
  readonly decky: string;
  /** RFC 5424 APP-NAME. */
  readonly service: string;
  /** RFC 5424 MSGID. */
  readonly eventType: string;
  /** Names of its fields, each once. */
  readonly names: readonly string[];
  /** The value of each. */
  readonly values: readonly string[];
  /** Empty where there is none. */
  readonly msg: string;
  /** The structured data broke off or was none. */
  readonly damaged: boolean;
}

/** RFC 5424's NILVALUE. */
export const NIL = "-";
