import { Devchain, serializeBlock, verifySchnorr } from '@prometheus-compute/bitcoin';
import {
  adaptorSign,
  adaptorVerify,
  type GraphTerms,
  hash32,
  pointOf,
  publicKey,
  schnorrSign,
  schnorrVerify,
  secretScalar,
} from '@prometheus-compute/protocol';
import { BenchError } from '../bench-error.ts';
import { compare, median, milliseconds } from '../measure.ts';
import type { Section } from '../report/section.ts';
import { makeSpends, SPENDS, type Spends } from './spends.ts';

const EMPTY_BLOCKS = 200;
const ROUNDS = 5;
/** Signatures per round. */
const SIGNATURES = 40;
/** Pays to nobody in particular: OP_TRUE. */
const ANYONE = Uint8Array.of(0x51);

/** The embedded chain, and the curve under it. */
export async function chainSections(base: GraphTerms): Promise<readonly Section[]> {
  return [await chainSection(makeSpends(base)), await curveSection()];
}

function submitAll(chain: Devchain, blocks: readonly Uint8Array[]): void {
  for (const block of blocks) {
    const outcome = chain.submitBlock(block);
    if (outcome.kind === 'refused') throw new BenchError(`a block was refused: ${outcome.rejection.reason}`);
  }
}

async function chainSection(spends: Spends): Promise<Section> {
  const source = new Devchain();
  source.mine(EMPTY_BLOCKS, ANYONE);
  const empty = Array.from({ length: EMPTY_BLOCKS }, (_, i) => serializeBlock(source.blockAt(i + 1)!.block));
  const times = {
    empty: [] as number[],
    key: [] as number[],
    leaf: [] as number[],
    accept: [] as number[],
    known: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round++) {
    const bare = new Devchain();
    times.empty.push(await milliseconds(() => submitAll(bare, empty)));
    const fresh = new Devchain();
    submitAll(fresh, spends.before);
    times.key.push(await milliseconds(() => submitAll(fresh, [spends.keyBlock])));
    times.leaf.push(await milliseconds(() => submitAll(fresh, [spends.leafBlock])));
    const pool = new Devchain();
    submitAll(pool, spends.before);
    times.accept.push(await milliseconds(() => acceptAll(pool, spends.keyTransactions)));
    times.known.push(await milliseconds(() => submitAll(pool, [spends.keyBlock])));
  }
  const row = (work: string, name: keyof typeof times, blocks: number | null, inputs: number | null) => {
    const ms = median(times[name]);
    const perSecond = (count: number | null) => (count === null ? null : (1000 * count) / ms);
    return [work, ms / (blocks ?? 1), perSecond(blocks), perSecond(inputs)];
  };
  return {
    title: 'Embedded chain',
    notes: [
      `Blocks arrive as bytes at a chain that has seen nothing of them: parsed, checked by every rule, connected. Medians of ${ROUNDS} runs.`,
      'A leaf spend is that of a settlement: three signatures and a control block.',
    ],
    table: {
      columns: [
        { name: 'work' },
        { name: 'ms each', digits: 2 },
        { name: 'blocks/s', digits: 1 },
        { name: 'transactions/s' },
      ],
      rows: [
        row('empty block', 'empty', EMPTY_BLOCKS, null),
        row(`block of ${SPENDS} key path spends`, 'key', 1, SPENDS),
        row(`block of ${SPENDS} leaf spends`, 'leaf', 1, SPENDS),
        row(`${SPENDS} key path spends into the mempool`, 'accept', null, SPENDS),
        row(`block of ${SPENDS} key path spends from the mempool`, 'known', 1, SPENDS),
      ],
    },
  };
}

function acceptAll(chain: Devchain, transactions: readonly Uint8Array[]): void {
  for (const bytes of transactions) {
    const verdict = chain.submitTransaction(bytes);
    if (verdict.kind !== 'accepted') throw new BenchError('a transaction was refused by the mempool');
  }
}

async function curveSection(): Promise<Section> {
  const secret = secretScalar(new Uint8Array(32).fill(3));
  const key = publicKey(secret);
  const lock = pointOf(secretScalar(new Uint8Array(32).fill(5)));
  const auxiliary = new Uint8Array(32);
  const messages = Array.from({ length: SIGNATURES }, (_, i) => hash32(new Uint8Array(32).fill(i)));
  const plain = messages.map((message) => schnorrSign(message, secret, auxiliary));
  const adaptor = messages.map((message) => adaptorSign(message, secret, lock, auxiliary));
  const demand = (holds: boolean): void => {
    if (!holds) throw new BenchError('a good signature was refused');
  };
  const times = await compare(SIGNATURES, {
    accelerated: (i) => demand(verifySchnorr(plain[i]!, messages[i]!, key)),
    portable: (i) => demand(schnorrVerify(plain[i]!, messages[i]!, key)),
    adaptorCheck: (i) => demand(adaptorVerify(adaptor[i]!, messages[i]!, key, lock)),
    sign: (i) => schnorrSign(messages[i]!, secret, auxiliary),
    adaptorSign: (i) => adaptorSign(messages[i]!, secret, lock, auxiliary),
    publicKey: () => publicKey(secret),
  });
  const row = (work: string, ms: number) => [work, ms, 1000 / ms, ms / times.accelerated];
  return {
    title: 'Signatures',
    notes: [
      'The last column is the ratio to the accelerated verification (libsecp256k1 as WebAssembly), measured in turns with the others.',
    ],
    table: {
      columns: [
        { name: 'work' },
        { name: 'ms each', digits: 3 },
        { name: 'a second' },
        { name: 'ratio', digits: 1 },
      ],
      rows: [
        row('check, accelerated', times.accelerated),
        row('check, in JavaScript', times.portable),
        row('sign, with its own check', times.sign),
        row('public key', times.publicKey),
        row('adaptor: check', times.adaptorCheck),
        row('adaptor: sign, with its own check', times.adaptorSign),
      ],
    },
  };
}
