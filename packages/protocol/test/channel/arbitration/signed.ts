import type { MessageOf, Party, TransactionId } from '../../../src/index.ts';
import type { CourtPlay } from './court.ts';

type Signed = MessageOf<'decisionSignatures'>;

/** What an arbiter posts in a stage: its signatures on decisions, right or wrong. */
export function signatures(
  play: CourtPlay,
  signer: Party,
  ids: readonly TransactionId[],
  stage: number,
): Signed {
  const items = ids.map((transaction) => {
    const { signature } = play.signature({ transaction, input: 0, signer, kind: 'plain' });
    return { kind: 'plain', transaction, input: 0, signature } as Signed['signatures'][number];
  });
  return {
    kind: 'decisionSignatures',
    channel: play.channel,
    court: play.court,
    graphId: play.graph.id,
    stage,
    signatures: items,
  };
}
