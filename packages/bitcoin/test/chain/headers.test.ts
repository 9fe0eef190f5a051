import { describe, expect, it } from 'vitest';
import { headerFault, medianTimePast } from '../../src/chain/core/check-header.ts';
import { type CoreNetwork, rulesOf } from '../../src/chain/core/networks.ts';
import { type HeaderView, requiredBits } from '../../src/chain/core/retarget.ts';
import { blockHashFromDisplay, parseHeader } from '../../src/devchain/blocks/header.ts';

/** A chain of which only some blocks are known; asking for another one fails. */
function view(
  blocks: Readonly<Record<number, { readonly time: number; readonly bits: number }>>,
): HeaderView {
  const at = (height: number) => {
    const block = blocks[height];
    if (block === undefined) throw new RangeError(`nothing is known of block ${height}`);
    return block;
  };
  return { timeAt: (height) => at(height).time, bitsAt: (height) => at(height).bits };
}

const EASY = 0x1d00ffff;

describe('the target that a block must have', () => {
  // Bitcoin Core's pow_tests.cpp: real retargets of the main network.
  it.each([
    ['follows the time of the period', 32_255, 1_261_130_161, 1_262_152_739, 0x1d00ffff, 0x1d00d86a],
    ['is no easier than the limit', 2_015, 1_231_006_505, 1_233_061_996, 0x1d00ffff, 0x1d00ffff],
    ['is at most four times harder', 68_543, 1_279_008_237, 1_279_297_671, 0x1c05a3f4, 0x1c0168fd],
    ['is at most four times easier', 46_367, 1_263_163_443, 1_269_211_443, 0x1c387f6f, 0x1d00e1fd],
  ])('main: %s', (_, last, first, time, bits, expected) => {
    const blocks = view({ [last - 2_015]: { time: first, bits }, [last]: { time, bits } });
    expect(requiredBits(blocks, last + 1, time + 600, rulesOf('main'))).toBe(expected);
  });

  it('main: stays within a period, whatever the times say', () => {
    const blocks = view({ 5000: { time: 1, bits: 0x1c05a3f4 } });
    expect(requiredBits(blocks, 5_001, 1_000_000, rulesOf('main'))).toBe(0x1c05a3f4);
  });

  it('testnet4: is the easiest after 20 minutes without a block, and after that the one from before', () => {
    const rules = rulesOf('testnet4');
    const blocks = view({
      5000: { time: 10_000, bits: 0x1c05a3f4 },
      5001: { time: 11_300, bits: EASY },
    });
    expect(requiredBits(blocks, 5_001, 11_201, rules)).toBe(EASY);
    expect(requiredBits(blocks, 5_001, 11_200, rules)).toBe(0x1c05a3f4);
    expect(requiredBits(blocks, 5_002, 11_400, rules)).toBe(0x1c05a3f4);
  });

  it('testnet4: a retarget goes by the first block of the period, since the last one may be an easy one (BIP94)', () => {
    const first = { time: 1_000_000, bits: 0x1c05a3f4 };
    const last = { time: 1_000_000 + 14 * 24 * 3_600, bits: EASY };
    expect(requiredBits(view({ 4032: first, 6047: last }), 6_048, last.time, rulesOf('testnet4'))).toBe(
      0x1c05a3f4,
    );
  });

  it('regtest: never changes', () => {
    const blocks = view({ 2015: { time: 5, bits: 0x207fffff } });
    expect(requiredBits(blocks, 2_016, 1_000_000, rulesOf('regtest'))).toBe(0x207fffff);
  });
});

/** Block 1 of the main network and what lies below it. */
const GENESIS_TIME = 1_231_006_505;
const BLOCK_1 = parseHeader(
  Buffer.from(
    '010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299',
    'hex',
  ),
);
const HASH_1 = blockHashFromDisplay('00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048');

describe('rules of a header', () => {
  const main = rulesOf('main');
  const below = view({ 0: { time: GENESIS_TIME, bits: EASY } });
  const clock = BLOCK_1.time;

  it('block 1 of the main network keeps them', () => {
    expect(headerFault({ hash: HASH_1, header: BLOCK_1 }, 1, below, main, clock)).toBeUndefined();
  });

  it('its hash has to be below the target', () => {
    const hash = blockHashFromDisplay(`1${HASH_1.slice(1)}`);
    expect(headerFault({ hash, header: BLOCK_1 }, 1, below, main, clock)).toBe('high-hash');
  });

  it('its target has to be the one that follows from the blocks below', () => {
    const header = { ...BLOCK_1, bits: 0x207fffff };
    expect(headerFault({ hash: HASH_1, header }, 1, below, main, clock)).toBe('bad-diffbits');
  });

  it('its time is after the median of the eleven blocks below', () => {
    const header = { ...BLOCK_1, time: GENESIS_TIME };
    expect(headerFault({ hash: HASH_1, header }, 1, below, main, clock)).toBe('time-too-old');
    const times = [0, 1, 8, 2, 7, 3, 6, 4, 5, 11, 10, 100];
    const blocks = view(Object.fromEntries(times.map((time, height) => [height, { time, bits: EASY }])));
    expect(medianTimePast(blocks, 10)).toBe(5);
    expect(medianTimePast(blocks, 11)).toBe(6);
  });

  it.each([
    ['main', 'time-too-new'],
    ['regtest', undefined],
  ] as const)(
    '%s: its time is at most two hours ahead of this machine: %s',
    (network: CoreNetwork, fault) => {
      const { limitBits } = rulesOf(network);
      const blocks = view({ 0: { time: GENESIS_TIME, bits: limitBits } });
      const entry = { hash: HASH_1, header: { ...BLOCK_1, bits: limitBits } };
      expect(headerFault(entry, 1, blocks, rulesOf(network), clock - 7_200)).toBeUndefined();
      expect(headerFault(entry, 1, blocks, rulesOf(network), clock - 7_201)).toBe(fault);
    },
  );

  it('testnet4: the first block of a period is at most ten minutes before its parent (BIP94)', () => {
    const rules = rulesOf('testnet4');
    const blocks: Record<number, { time: number; bits: number }> = {};
    for (let height = 0; height < 2_016; height++)
      blocks[height] = { time: GENESIS_TIME + height, bits: EASY };
    const parent = BLOCK_1.time + 601;
    blocks[2_015] = { time: parent, bits: EASY };
    const fault = (time: number) => {
      const header = { ...BLOCK_1, time, bits: requiredBits(view(blocks), 2_016, time, rules) };
      return headerFault(
        { hash: blockHashFromDisplay('0'.repeat(64)), header },
        2_016,
        view(blocks),
        rules,
        clock,
      );
    };
    expect(fault(parent - 600)).toBeUndefined();
    expect(fault(parent - 601)).toBe('time-timewarp-attack');
  });
});
