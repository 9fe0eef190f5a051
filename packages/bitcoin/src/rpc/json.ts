import { formatBitcoin } from '../devchain/money.ts';

/** A JSON value as it is parsed. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** A JSON object as it is parsed. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** A number that is written out as given: an amount has eight decimals in Core's answers. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value that an answer may hold; members that are undefined are left out. */
export type Answer = null | boolean | number | string | NumberText | readonly Answer[] | AnswerObject;
/** An object in an answer. */
export interface AnswerObject {
  readonly [name: string]: Answer | undefined;
}

/** Satoshis as bitcoin with eight decimals, which is how Core writes amounts. */
export function amount(satoshis: bigint): NumberText {
  return new NumberText(formatBitcoin(satoshis));
}

/** JSON text of an answer, members in the order given. */
export function writeAnswer(value: Answer): string {
  if (value instanceof NumberText) return value.text;
  if (isList(value)) return `[${value.map(writeAnswer).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).flatMap(([name, member]) =>
      member === undefined ? [] : [`${JSON.stringify(name)}:${writeAnswer(member)}`],
    );
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

function isList(value: Answer): value is readonly Answer[] {
  return Array.isArray(value);
}
