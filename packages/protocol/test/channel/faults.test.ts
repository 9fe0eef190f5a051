import { describe, expect, it } from 'vitest';
import {
  type ChannelFaultCode,
  type ChannelMessage,
  decodeContract,
  encodeContract,
  largestCiphertext,
  type Recipient,
  type Task,
  type VerificationState,
} from '../../src/index.ts';
import { fixtureContract } from '../fixtures/terms.ts';
import { type Deviations, Game, type Sent } from './play/game.ts';
import { otherHash, PARAMETERS, STAKES } from './play/identity.ts';
import { DELIVERY, OPENING, type PlayerName } from './play/tasks.ts';

const ROLES = ['client', 'worker', 'verifier'] as const;

interface Case {
  readonly deviations?: Deviations;
  readonly blocks?: number;
  /** What happens after them. */
  readonly afterwards?: (game: Game) => void;
  /** Whose record shows the fault. */
  readonly seenBy: PlayerName;
  readonly culprit: Recipient | null;
  /** Whether the setup ends, nothing being on the chain; otherwise the channel goes on to #3, or to a `dispute`. */
  readonly closes: boolean | 'dispute';
}

/** Codes of an arbitration are tested where it is. */
type Tested = Exclude<ChannelFaultCode, 'words-void' | 'decision-invalid' | 'vote-mismatch'>;

/** The first message of a kind that anybody sent. */
const sentOf = (game: Game, kind: ChannelMessage['kind']): ChannelMessage =>
  game.sent.find(({ message }) => message.kind === kind)!.message;

/** Messages of one kind from one player are changed; the sender signs them as they are. */
const altered = <Kind extends ChannelMessage['kind']>(
  from: PlayerName | 'stakes',
  kind: Kind,
  change: (message: Extract<ChannelMessage, { kind: Kind }>, sent: Sent) => readonly ChannelMessage[],
): Deviations => ({
  onSend: (sent) => {
    const mine = from === 'stakes' ? sent.from.startsWith('stake') : sent.from === from;
    if (!mine || sent.message.kind !== kind) return [sent.message];
    return change(sent.message as Extract<ChannelMessage, { kind: Kind }>, sent);
  },
});

/** A task of one player ends in another event. */
const instead = (
  name: PlayerName,
  kind: Task['kind'],
  event: ReturnType<NonNullable<Deviations['onTask']>>,
): Deviations => ({ onTask: (player, task) => (player === name && task.kind === kind ? event : undefined) });

const flipped = (bytes: Uint8Array): never => bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) as never;
const stakeOffer = (i: number): Recipient => {
  const { outpoint } = STAKES[i]!.coin;
  return `offer:${outpoint.txid}:${outpoint.vout}`;
};
/** Bytes of the longest ciphertext of the fixture's contract. */
const LARGEST = largestCiphertext(fixtureContract(PARAMETERS).limits);
const PLACE = { height: 1_010, blockHash: otherHash('tip') };

/** Index of the stake that the draw puts first. */
const askedIndex = 4;
const ASKED: PlayerName = `stake ${askedIndex}`;

const CASES: { readonly [Code in Tested]: Case } = {
  'refused-by-peer': {
    deviations: altered('worker', 'contractAgreed', (m) => [
      { kind: 'refused', channel: m.channel, code: 'C1', reason: 'I changed my mind', culprit: null },
    ]),
    seenBy: 'client',
    culprit: 'worker',
    closes: true,
  },
  'terms-altered': {
    deviations: altered('client', 'contract', (m) => {
      const contract = decodeContract(m.contract);
      return [
        { ...m, contract: encodeContract({ ...contract, deliveryBlocks: contract.deliveryBlocks - 1 }) },
      ];
    }),
    seenBy: 'worker',
    culprit: 'client',
    closes: true,
  },
  'terms-refused': {
    deviations: altered('verifier', 'termsAccepted', (m) => {
      if (m.role !== 'verifier') return [m];
      const { client } = decodeContractTerms();
      return [{ ...m, terms: { ...m.terms, transactionKey: client } }];
    }),
    seenBy: 'client',
    culprit: 'verifier',
    closes: true,
  },
  'payload-unavailable': {
    deviations: instead('worker', 'agree', {
      kind: 'disagreed',
      code: 'payload-unavailable',
      culprit: 'client',
      reason: 'nobody serves input 3',
    }),
    seenBy: 'worker',
    culprit: 'client',
    closes: true,
  },
  'coin-missing': {
    deviations: instead('worker', 'agree', {
      kind: 'disagreed',
      code: 'coin-missing',
      culprit: 'verifier',
      reason: "the verifier's coin is spent",
    }),
    seenBy: 'worker',
    culprit: 'verifier',
    closes: true,
  },
  'point-lock-unproven': {
    deviations: altered('worker', 'contractAgreed', (m) =>
      m.role === 'worker' ? [{ ...m, pointLockProof: flipped(m.pointLockProof) }] : [m],
    ),
    seenBy: 'client',
    culprit: 'worker',
    closes: true,
  },
  'seed-mismatch': {
    deviations: altered('verifier', 'ceremonySeed', (m) => [{ ...m, seed: otherHash('seed') }]),
    blocks: 1,
    seenBy: 'client',
    culprit: 'verifier',
    closes: true,
  },
  'offers-exhausted': {
    deviations: altered('stakes', 'acceptance', (m) => [
      {
        kind: 'refused',
        channel: m.channel,
        code: 'busy',
        reason: 'the stake serves another contract',
        culprit: { kind: 'offer', outpoint: m.acceptance.outpoint },
      },
    ]),
    blocks: 1,
    seenBy: 'client',
    culprit: null,
    closes: true,
  },
  'acceptance-invalid': {
    deviations: altered(ASKED, 'acceptance', (m) => [
      { ...m, acceptance: { ...m.acceptance, signature: flipped(m.acceptance.signature) } },
    ]),
    blocks: 6,
    seenBy: 'client',
    culprit: stakeOffer(askedIndex),
    closes: false,
  },
  'selection-failed': {
    deviations: altered('verifier', 'acceptanceList', (m) => [
      {
        ...m,
        acceptances: m.acceptances.map((item, i) =>
          i === 0 ? { ...item, signature: flipped(item.signature) } : item,
        ),
      },
    ]),
    blocks: 1,
    seenBy: 'client',
    culprit: 'verifier',
    closes: true,
  },
  'stake-spent': {
    deviations: instead('client', 'check-stakes', {
      kind: 'disagreed',
      code: 'stake-spent',
      culprit: stakeOffer(askedIndex),
      reason: 'the stake was spent after it had been drawn',
    }),
    blocks: 1,
    seenBy: 'client',
    culprit: stakeOffer(askedIndex),
    closes: true,
  },
  'stake-pledged-twice': {
    deviations: instead('verifier', 'check-stakes', {
      kind: 'disagreed',
      code: 'stake-pledged-twice',
      culprit: stakeOffer(askedIndex),
      reason: 'the stake serves another contract at the same time',
    }),
    blocks: 1,
    seenBy: 'verifier',
    culprit: stakeOffer(askedIndex),
    closes: true,
  },
  'arbiter-set-mismatch': {
    deviations: altered('worker', 'arbiterSet', (m) => [{ ...m, graphId: otherHash('graph') }]),
    blocks: 3,
    seenBy: 'client',
    culprit: 'worker',
    closes: true,
  },
  'not-selected': {
    deviations: altered('client', 'graph', (m, { to }) =>
      to === 'arbiter:1' ? [{ ...m, acceptances: [...m.acceptances.slice(1), m.acceptances[1]!] }] : [m],
    ),
    blocks: 1,
    seenBy: ASKED,
    culprit: null,
    closes: true,
  },
  'graph-mismatch': {
    deviations: altered('verifier', 'preSignatures', (m) => [{ ...m, graphId: otherHash('graph') }]),
    blocks: 1,
    seenBy: 'client',
    culprit: 'verifier',
    closes: true,
  },
  'signature-invalid': {
    deviations: altered(ASKED, 'preSignatures', (m) => [
      {
        ...m,
        signatures: m.signatures.map((item, i) =>
          i === 0 && item.kind === 'plain' ? { ...item, signature: flipped(item.signature) } : item,
        ),
      },
    ]),
    blocks: 1,
    seenBy: 'client',
    culprit: 'arbiter:1',
    closes: true,
  },
  'signature-unasked': {
    deviations: altered('verifier', 'preSignatures', (m) => {
      const plain = m.signatures.find(({ kind }) => kind === 'plain')!;
      return [m, { ...m, signatures: [{ ...plain, transaction: 'Tx4', input: 0 }] }];
    }),
    blocks: 5,
    seenBy: 'client',
    culprit: 'verifier',
    closes: false,
  },
  'input-signature-invalid': {
    deviations: altered('verifier', 'inputSignatures', (m) => [
      { ...m, inputs: m.inputs.map((input) => ({ ...input, witness: [flipped(input.witness[0]!)] })) },
    ]),
    blocks: 1,
    seenBy: 'client',
    culprit: 'verifier',
    closes: true,
  },
  'setup-timeout': {
    deviations: altered('worker', 'acceptanceList', () => []),
    blocks: 18,
    seenBy: 'client',
    culprit: 'worker',
    closes: true,
  },
  'delivery-malformed': {
    deviations: altered('worker', 'delivery', (m, { to }) =>
      to === 'worker' ? [m] : [{ ...m, chunks: m.chunks.slice(1) }, m],
    ),
    blocks: 5,
    seenBy: 'client',
    culprit: 'worker',
    closes: false,
  },
  equivocation: {
    // To C alone: it pays for what was right, and what it saw is evidence on an appeal.
    deviations: altered('worker', 'delivery', (m, { to }) =>
      to === 'client' ? [m, { ...m, root: otherHash('R') }] : [m],
    ),
    blocks: 5,
    seenBy: 'client',
    culprit: 'worker',
    closes: false,
  },
  'receipt-mismatch': {
    deviations: altered('client', 'receipt', (m) => [{ ...m, root: otherHash('R') }, m]),
    blocks: 5,
    seenBy: 'verifier',
    culprit: 'client',
    closes: false,
  },
  'opening-mismatch': {
    blocks: 4,
    afterwards: (game) => {
      game.inject('client', 'verifier', sentOf(game, 'opening'));
      game.mine();
    },
    seenBy: 'verifier',
    culprit: 'client',
    closes: false,
  },
  'verdict-invalid': {
    deviations: altered('verifier', 'verdict', (m) => [{ ...m, signature: flipped(m.signature) }, m]),
    blocks: 5,
    seenBy: 'client',
    culprit: 'verifier',
    closes: false,
  },
  'release-invalid': {
    deviations: altered('client', 'release', (m) => [
      {
        ...m,
        signature: {
          ...m.signature,
          scalar: flipped(m.signature.scalar.map((byte, i) => (i === 31 ? byte ^ 1 : byte))),
        },
      },
      m,
    ]),
    blocks: 5,
    seenBy: 'worker',
    culprit: 'client',
    closes: false,
  },
  'document-late': {
    deviations: {
      onSend: ({ from, message }) => (from === 'worker' && message.kind === 'delivery' ? [] : [message]),
    },
    blocks: 124,
    afterwards: (game) => game.inject('worker', 'verifier', sentOf(game, 'delivery')),
    seenBy: 'verifier',
    culprit: 'worker',
    closes: 'dispute',
  },
  'post-invalid': {
    blocks: 4,
    afterwards: (game) => {
      game.injectPosted('client', 'verifier', sentOf(game, 'verdict'));
      game.mine();
    },
    seenBy: 'verifier',
    culprit: 'client',
    closes: false,
  },
  'post-late': {
    deviations: {
      onSend: ({ message, posted }) =>
        message.kind === 'release' || (posted && message.kind === 'verdict') ? [] : [message],
    },
    blocks: 270,
    afterwards: (game) => game.injectPosted('verifier', 'client', sentOf(game, 'verdict')),
    seenBy: 'client',
    culprit: 'verifier',
    closes: 'dispute',
  },
  'out-of-place': {
    deviations: altered('worker', 'contractAgreed', (m) => [m, m]),
    blocks: 5,
    seenBy: 'client',
    culprit: 'worker',
    closes: false,
  },
};

/** A key that the contract has already. */
function decodeContractTerms() {
  const game = new Game();
  const state = game.state('client');
  if (state.name !== 'setup' || !('contract' in state))
    throw new RangeError('the contract is not written yet');
  return { client: state.contract.client.transactionKey };
}

describe('every fault of a channel names its culprit', () => {
  it('the arbiter that some of them are about is the first that is drawn', () => {
    const game = new Game();
    game.mine();
    expect(game.arbiter(1)).toBe(ASKED);
  });

  it.each(Object.entries(CASES))(
    '%s',
    (code, { deviations = {}, blocks = 0, afterwards, seenBy, culprit, closes }) => {
      const game = new Game(deviations);
      game.mine(blocks);
      afterwards?.(game);
      const found = game.player(seenBy).faults.find((fault) => fault.code === code);
      expect(
        found,
        JSON.stringify([...game.players.values()].map(({ name, faults }) => [name, faults])),
      ).toBeDefined();
      expect(found!.culprit).toBe(culprit);
      expect(found!.reason.length).toBeGreaterThan(10);

      if (closes === true) {
        expect(game.state(seenBy)).toMatchObject({ name: 'closed', how: 'abandoned', fault: { code } });
        game.mine(20);
        // Nothing is on the chain, and everybody has given up.
        expect(game.chain.has('Tx0')).toBe(false);
        for (const role of ROLES)
          expect(game.state(role)).toMatchObject({ name: 'closed', how: 'abandoned' });
      } else if (closes === false) {
        for (const role of ROLES)
          expect(game.state(role)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
      } else {
        for (const role of ROLES) expect(game.state(role).name).not.toBe('closed');
      }
    },
  );
});

describe('what the Worker signs twice', () => {
  it('a second delivery and a second opening are kept as evidence, once each, and V accuses the Worker', () => {
    const game = new Game({
      onSend: ({ from, to, message }) => {
        if (from !== 'worker' || to === 'worker') return [message];
        if (message.kind === 'delivery')
          return [message, { ...message, root: otherHash('R') }, { ...message, root: otherHash('R2') }];
        if (message.kind === 'opening')
          return [message, { ...message, chunks: [{ ...message.chunks[0]!, output: new Uint8Array([9]) }] }];
        return [message];
      },
    });
    game.mine(4);
    for (const role of ['client', 'verifier'] as const) {
      const state = game.state(role);
      if (state.name !== 'verification') throw new RangeError(state.name);
      expect(state.equivocations.map(({ of }) => of)).toEqual(['delivery', 'opening']);
      expect(state.delivery?.root).toEqual(DELIVERY.root);
    }
    const { accusation, delivery, equivocations } = game.state('verifier') as VerificationState;
    expect(accusation).toEqual({
      fault: 'equivocation',
      of: 'delivery',
      first: delivery?.hash,
      second: equivocations[0]?.second,
    });
    expect(game.sent.filter(({ message }) => message.kind === 'verdict')).toEqual([]);
  });

  it('a second result of the computation, or of the opening, signs nothing more', () => {
    const game = new Game();
    game.mine(4);
    const before = game.sent.length;
    game.feed('worker', { kind: 'computed', delivery: { ...DELIVERY, root: otherHash('R') } });
    game.feed('worker', { kind: 'opened', opening: { ...OPENING, chunks: [] } });
    expect(game.sent.length).toBe(before);
  });

  it('a delivery that announces more than any result can have is not fetched, and the right one still counts', () => {
    const game = new Game(
      altered('worker', 'delivery', (m, { to }) => {
        const [first, ...rest] = m.chunks;
        const oversized = { ...first!, size: LARGEST + 1 };
        return to === 'worker' ? [m] : [{ ...m, chunks: [oversized, ...rest] }, m];
      }),
    );
    game.mine(5);
    for (const role of ['client', 'verifier'] as const) {
      const { faults, tasks } = game.player(role);
      expect(faults).toMatchObject([
        { code: 'delivery-malformed', culprit: 'worker', reason: expect.stringMatching(/^ciphertext 0 /) },
      ]);
      expect(tasks.filter(({ kind }) => kind === 'check-delivery')).toHaveLength(1);
      expect(game.state(role)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
    }
  });

  it('a delivery may announce the longest result that the contract allows', () => {
    const game = new Game(
      altered('worker', 'delivery', (m) => [
        { ...m, chunks: m.chunks.map((chunk) => ({ ...chunk, size: LARGEST })) },
      ]),
    );
    game.mine(5);
    expect(game.player('client').faults).toEqual([]);
    expect(game.state('client')).toMatchObject({ how: 'settled', transaction: 'Tx4' });
  });

  it('a delivery whose ciphertexts are wrong gets no receipt', () => {
    const game = new Game({
      onTask: (name, task) =>
        name === 'client' && task.kind === 'check-delivery'
          ? { kind: 'delivery-checked', deliveryHash: task.deliveryHash, ok: false, bytes: 0, ...PLACE }
          : undefined,
    });
    game.mine(6);
    expect(game.player('client').faults).toMatchObject([{ code: 'delivery-malformed', culprit: 'worker' }]);
    expect(game.sent.filter(({ from, message }) => from === 'client' && message.kind === 'receipt')).toEqual(
      [],
    );
  });
});
