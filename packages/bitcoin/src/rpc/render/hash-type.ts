const NAMES: ReadonlyMap<number, string> = new Map([
  [0x01, 'ALL'],
  [0x02, 'NONE'],
  [0x03, 'SINGLE'],
  [0x81, 'ALL|ANYONECANPAY'],
  [0x82, 'NONE|ANYONECANPAY'],
  [0x83, 'SINGLE|ANYONECANPAY'],
]);

/** Name of the hash type in the last byte of what looks like a DER signature, or undefined when it is none. */
export function hashTypeName(data: Uint8Array): string | undefined {
  const der = data.length >= 9 && data.length <= 73 && data[0] === 0x30 && data[1] === data.length - 3;
  return der ? NAMES.get(data.at(-1)!) : undefined;
}
