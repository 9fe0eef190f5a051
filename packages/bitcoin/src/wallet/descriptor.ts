/** Characters of descriptors in three groups of 32, and those of the checksum (Bitcoin Core, doc/descriptors.md). */
const INPUT_CHARACTERS =
  '0123456789()[],\'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#"\\ ';
const CHECKSUM_CHARACTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn] as const;

function step(checksum: bigint, value: number): bigint {
  const top = checksum >> 35n;
  let next = ((checksum & 0x7ffffffffn) << 5n) ^ BigInt(value);
  for (const [bit, constant] of GENERATOR.entries()) if (((top >> BigInt(bit)) & 1n) === 1n) next ^= constant;
  return next;
}

/** The eight characters of a descriptor's checksum, or undefined when a character cannot occur in one. */
export function descriptorChecksum(descriptor: string): string | undefined {
  let checksum = 1n;
  let group = 0;
  let grouped = 0;
  for (const character of descriptor) {
    const position = INPUT_CHARACTERS.indexOf(character);
    if (position < 0) return undefined;
    checksum = step(checksum, position & 31);
    group = group * 3 + (position >> 5);
    grouped += 1;
    if (grouped === 3) {
      checksum = step(checksum, group);
      group = 0;
      grouped = 0;
    }
  }
  if (grouped > 0) checksum = step(checksum, group);
  for (let i = 0; i < 8; i++) checksum = step(checksum, 0);
  checksum ^= 1n;
  let text = '';
  for (let i = 0; i < 8; i++) {
    text += CHECKSUM_CHARACTERS[Number((checksum >> BigInt(5 * (7 - i))) & 31n)];
  }
  return text;
}

/** `descriptor#checksum`, as Bitcoin Core writes it. @param descriptor - of characters that may occur in one */
export function withChecksum(descriptor: string): string {
  return `${descriptor}#${descriptorChecksum(descriptor) ?? ''}`;
}
