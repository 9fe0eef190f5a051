import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbiterParty, type ChannelMessage, type Party, type SchnorrSignature } from '../../../src/index.ts';
import { fixtureHash } from '../../fixtures/terms.ts';
import { CourtPlay } from './court.ts';
import { CHUNK_CLAIM, UNDELIVERED } from './knowledge.ts';
import { type Behaviour, type Delayed, VOTES_THE_OPPOSITE } from './manners.ts';

/** What a dishonest arbiter makes of one of its words. */
interface Manner {
  readonly how: 'as it is' | 'not at all' | 'wrong' | 'twice';
  /** One bit for each party: who gets it. */
  readonly to: number;
  /** Blocks that it comes late. */
  readonly after: number;
}

const manner: fc.Arbitrary<Manner> = fc.record({
  how: fc.constantFrom('as it is', 'as it is', 'as it is', 'not at all', 'wrong', 'twice'),
  to: fc.oneof(fc.constant(0x3ff), fc.integer({ min: 0, max: 0x3ff })),
  after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9 })),
});

interface Dishonest {
  readonly index: number;
  /** Votes the opposite of what it found. */
  readonly turned: boolean;
  readonly commitment: Manner;
  readonly opening: Manner;
  readonly stages: readonly Manner[];
  /** Passes on nothing. */
  readonly silent: boolean;
}

const dishonest: fc.Arbitrary<Dishonest> = fc.record({
  index: fc.integer({ min: 1, max: 7 }),
  turned: fc.boolean(),
  commitment: manner,
  opening: manner,
  stages: fc.array(manner, { minLength: 6, maxLength: 6 }),
  silent: fc.boolean(),
});

const wrongSignature = new Uint8Array(64).fill(7) as SchnorrSignature;

/** Something else of the same kind. */
function another(message: ChannelMessage): ChannelMessage {
  switch (message.kind) {
    case 'voteCommitment':
      return { ...message, commitment: fixtureHash('another') };
    case 'voteOpening':
      return { ...message, nonce: fixtureHash('another') };
    case 'decisionSignatures':
      return {
        ...message,
        signatures: message.signatures.map((item) => ({ ...item, kind: 'plain', signature: wrongSignature })),
      };
    default:
      return message;
  }
}

function behaviourOf(play: Dishonest, parties: readonly Party[]): Behaviour {
  const { turned, commitment, opening, stages, silent } = play;
  return {
    ...(silent ? { relaysNothing: true } : {}),
    onPost: (honest, to, author): readonly Delayed[] => {
      const message = turned ? VOTES_THE_OPPOSITE.onPost!(honest, to, author)[0]!.message : honest;
      const chosen =
        message.kind === 'voteCommitment'
          ? commitment
          : message.kind === 'voteOpening'
            ? opening
            : message.kind === 'decisionSignatures'
              ? stages[message.stage]!
              : undefined;
      if (chosen === undefined) return [{ message }];
      const { how, after } = chosen;
      if (how === 'not at all' || (chosen.to & (1 << parties.indexOf(to))) === 0) return [];
      if (how === 'twice')
        return [
          { message, after },
          { message: another(message), after },
        ];
      return [{ message: how === 'wrong' ? another(message) : message, after }];
    },
  };
}

describe.each([
  { arbiters: 5, most: 1, runs: 25 },
  { arbiters: 7, most: 2, runs: 8 },
] as const)(
  'whatever fewer than n − k + 1 = $most + 1 dishonest arbiters of $arbiters do',
  ({ arbiters, most, runs }) => {
    it('no honest one signs a set without an honest one, and their decision is complete by HA + Δ_2 − 2Δ', () => {
      const coalition = fc.uniqueArray(dishonest, {
        minLength: most,
        maxLength: most,
        selector: ({ index }) => ((index - 1) % arbiters) + 1,
      });
      const court = fc.constantFrom('TxA' as const, 'TxAc' as const);
      fc.assert(
        fc.property(coalition, court, fc.boolean(), fc.boolean(), (others, transaction, guilty, alone) => {
          const parties = new CourtPlay({ arbiters, court: transaction, unsigned: true }).parties;
          const corrupt = new Map(others.map((other) => [((other.index - 1) % arbiters) + 1, other]));
          const behaviours: Partial<Record<Party, Behaviour>> = alone
            ? { client: { relaysNothing: true } }
            : {};
          for (const [index, other] of corrupt) behaviours[arbiterParty(index)] = behaviourOf(other, parties);
          const knows = guilty ? UNDELIVERED : CHUNK_CLAIM;
          const play = new CourtPlay({ arbiters, court: transaction, unsigned: true, knows, behaviours });
          const honest = Array.from({ length: arbiters }, (_, i) => i + 1).filter(
            (index) => !corrupt.has(index),
          );
          play.until(play.clock.payment);
          const decided = play.wants(guilty ? 'client' : 'worker');
          // A signature that reaches W alone completes a larger set for it: both are decisions that it can take.
          expect(decided.length).toBeGreaterThan(0);
          for (const id of decided) {
            expect(id.startsWith(guilty ? 'Tx7' : 'Tx8')).toBe(true);
            const set = id.split(':')[1]!.split('.').map(Number);
            expect(honest.filter((member) => !set.includes(member))).toEqual([]);
          }
          play.until(play.clock.stages.at(-1)!.until + play.times.B + 1);
          // W published nothing: the other decision has taken its place.
          expect(play.wants('client')[0]).toMatch(
            guilty ? /^Tx7/ : transaction === 'TxA' ? /^Tx7:/ : /^Tx9c:/,
          );
          for (const index of honest) {
            expect(play.signedBy(index)).toEqual(play.signedBy(honest[0]!));
            for (const id of play.signedBy(index)) {
              const set = id.split(':')[1]!.split('.').map(Number);
              expect(honest.filter((member) => !set.includes(member))).toEqual([]);
            }
          }
        }),
        { numRuns: runs },
      );
    }, 120_000);
  },
);
