import { describe, expect, it } from 'vitest';
import { isPast } from '../../src/channel/stage.ts';
import type { ChannelState, MessageKind } from '../../src/index.ts';

/** The life of a channel; what stands on one line is at one time, with different parties. */
const LIFE = [
  ['terms', 'accepted-terms'],
  ['contract'],
  ['seeds'],
  ['polling', 'pledged'],
  ['arbiter-set', 'signatures'],
  ['computation'],
  ['verification'],
  ['arbitration'],
  ['closed'],
] as const;

/** Only the name counts here. */
const at = (name: string): ChannelState =>
  (['computation', 'verification', 'arbitration', 'closed'].includes(name)
    ? { name }
    : { name: 'setup', step: name }) as ChannelState;

describe('a message that comes after its time changes nothing, and is not kept', () => {
  const LAST: readonly (readonly [string, readonly MessageKind[]])[] = [
    ['accepted-terms', ['termsAccepted', 'contract']],
    ['contract', ['contractAgreed']],
    ['seeds', ['ceremonySeed']],
    ['pledged', ['acceptanceRequest', 'acceptance', 'graph']],
    [
      'signatures',
      [
        'refused',
        'acceptanceList',
        'arbiterSet',
        'preSignatures',
        'guaranteed',
        'inputSignatures',
        'commitmentBroadcast',
      ],
    ],
    [
      'arbitration',
      ['delivery', 'opening', 'receipt', 'verdict', 'release', 'post', 'postReceipt', 'lacking'],
    ],
    ['closed', ['releaseSignatures']],
  ];

  it.each(LAST)('the last time is %s: of %j', (last, kinds) => {
    const until = LIFE.findIndex((names) => names.some((name) => name === last));
    for (const kind of kinds) {
      for (const [i, names] of LIFE.entries())
        for (const name of names)
          expect([kind, name, isPast(at(name), kind)]).toEqual([kind, name, i > until]);
    }
  });

  it('what is posted travels in a post only, and what begins a channel or belongs to none never comes to one', () => {
    const kinds: readonly MessageKind[] = [
      'terms',
      'announcement',
      'fetch',
      'blob',
      'claim',
      'voteCommitment',
      'voteOpening',
      'decisionSignatures',
    ];
    for (const kind of kinds) {
      for (const name of LIFE.flat())
        expect([kind, name, isPast(at(name), kind)]).toEqual([kind, name, true]);
    }
  });
});
