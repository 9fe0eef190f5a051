import { describe, expect, it } from 'vitest';
import { pushOf } from '../../src/script/parse.ts';
import { countP2shSigOps, countSigOps, countWitnessSigOps } from '../../src/script/sigops.ts';
import { isStandardOutput, solve } from '../../src/script/solver.ts';
import { parseScript } from './core-notation.ts';

const HASH20 = `0x14 0x${'11'.repeat(20)}`;
const HASH32 = `0x20 0x${'22'.repeat(32)}`;
const KEY33 = `0x21 0x02${'33'.repeat(32)}`;
const KEY65 = `0x41 0x04${'44'.repeat(64)}`;
const keys = (count: number) => Array(count).fill(KEY33).join(' ');

describe('kinds of outputs', () => {
  it.each([
    ['pubkey', `${KEY33} CHECKSIG`],
    ['pubkey', `${KEY65} CHECKSIG`],
    ['pubkeyhash', `DUP HASH160 ${HASH20} EQUALVERIFY CHECKSIG`],
    ['scripthash', `HASH160 ${HASH20} EQUAL`],
    ['multisig', `2 ${keys(3)} 3 CHECKMULTISIG`],
    ['multisig', `1 ${keys(17)} 0x01 0x11 CHECKMULTISIG`],
    ['nulldata', 'RETURN'],
    ['nulldata', `RETURN ${HASH32} 5 0x50`],
    ['anchor', '1 0x02 0x4e73'],
    ['witness_v0_keyhash', `0 ${HASH20}`],
    ['witness_v0_scripthash', `0 ${HASH32}`],
    ['witness_v1_taproot', `1 ${HASH32}`],
    ['witness_unknown', '1 0x02 0x4e74'],
    ['witness_unknown', `2 ${HASH32}`],
    ['witness_unknown', `1 ${HASH20}`],
    ['nonstandard', `0 0x15 0x${'11'.repeat(21)}`],
    ['nonstandard', ''],
    ['nonstandard', `0x21 0x04${'33'.repeat(32)} CHECKSIG`],
    ['nonstandard', `${KEY33} CHECKSIG NOP`],
    ['nonstandard', `DUP HASH160 ${HASH20} EQUAL CHECKSIG`],
    ['nonstandard', `3 ${keys(2)} 2 CHECKMULTISIG`],
    ['nonstandard', `1 ${keys(2)} 3 CHECKMULTISIG`],
    ['nonstandard', `0 ${keys(1)} 1 CHECKMULTISIG`],
    ['nonstandard', `0x01 0x01 ${keys(1)} 1 CHECKMULTISIG`],
    ['nonstandard', 'RETURN CHECKSIG'],
    ['nonstandard', 'RETURN 0x05 0x01'],
    ['nonstandard', 'CHECKMULTISIG'],
  ])('%s: %s', (type, script) => {
    expect(solve(parseScript(script)).type).toBe(type);
  });

  it('relays all but nonstandard ones and bare multisig with more than three keys', () => {
    const standard = (script: string) => isStandardOutput(parseScript(script));
    expect(standard(`2 ${keys(3)} 3 CHECKMULTISIG`)).toBe(true);
    expect(standard(`2 ${keys(4)} 4 CHECKMULTISIG`)).toBe(false);
    expect(standard('1 0x02 0x4e73')).toBe(true);
    expect(standard('NOP')).toBe(false);
  });
});

describe('signature operations', () => {
  it('counts keys of CHECKMULTISIG only where it may', () => {
    const script = parseScript('CHECKSIG CHECKSIGVERIFY 3 CHECKMULTISIG NOP CHECKMULTISIGVERIFY');
    expect(countSigOps(script, false)).toBe(42);
    expect(countSigOps(script, true)).toBe(25);
  });

  it('stops at a malformed push, and sees none inside pushes', () => {
    expect(countSigOps(parseScript('CHECKSIG 0x02 0xacac CHECKSIG 0x4c 0x05 0xac'), false)).toBe(2);
  });

  it('counts what a script hash commits to', () => {
    const redeemScript = parseScript(`2 ${keys(3)} 3 CHECKMULTISIG`);
    const scriptPubKey = parseScript(`HASH160 ${HASH20} EQUAL`);
    expect(countP2shSigOps(pushOf(redeemScript), scriptPubKey)).toBe(3);
    expect(countP2shSigOps(parseScript('NOP'), scriptPubKey)).toBe(0);
    expect(countP2shSigOps(pushOf(redeemScript), parseScript('1'))).toBe(0);
  });

  it('counts witness programs of version 0, bare and nested', () => {
    const script = parseScript('CHECKSIG CHECKSIG');
    const none = new Uint8Array(0);
    expect(countWitnessSigOps(none, parseScript(`0 ${HASH20}`), [])).toBe(1);
    expect(countWitnessSigOps(none, parseScript(`0 ${HASH32}`), [none, script])).toBe(2);
    expect(countWitnessSigOps(none, parseScript(`0 ${HASH32}`), [])).toBe(0);
    expect(countWitnessSigOps(none, parseScript(`1 ${HASH32}`), [script])).toBe(0);
    const nested = pushOf(parseScript(`0 ${HASH20}`));
    expect(countWitnessSigOps(nested, parseScript(`HASH160 ${HASH20} EQUAL`), [])).toBe(1);
  });
});
