import { toHex } from '@prometheus-compute/protocol';
import { expect, vi } from 'vitest';
import {
  type Block,
  Devchain,
  type JsonValue,
  type Rejection,
  type RpcClient,
  RpcClientError,
  serializeBlock,
  startBitcoind,
} from '../../src/index.ts';

/** Blocks of development chains have times of their own, years ago. */
const OLDEST_TIP = 2_000_000_000;

/** Something that a development chain was asked, and what it said: a reason where it refuses. */
type Asked =
  | { readonly kind: 'block'; readonly block: Block; readonly reason: string | undefined }
  | { readonly kind: 'test'; readonly bytes: Uint8Array; readonly reason: string | undefined }
  | { readonly kind: 'submit'; readonly list: readonly Uint8Array[]; readonly reason: string | undefined };

/**
 * Asks a fresh bitcoind whatever a development chain is asked while `work` runs, one bitcoind for each chain, and expects the same answers.
 *
 * @returns what was asked for, and whether it was taken: `block taken`, `test refused`, …
 */
export async function expectSameAnswers(
  program: string,
  work: () => void | Promise<void>,
): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  for (const asked of await askedDuring(work)) {
    const { client, stop } = await startBitcoind(program, [`-maxtipage=${OLDEST_TIP}`]);
    try {
      for (const each of asked) {
        expect(await answerOf(client, each), each.kind).toBe(each.reason);
        kinds.add(`${each.kind} ${each.reason === undefined ? 'taken' : 'refused'}`);
      }
    } finally {
      await stop();
    }
  }
  return kinds;
}

/** What each development chain was asked, in order, chain by chain. */
async function askedDuring(work: () => void | Promise<void>): Promise<readonly (readonly Asked[])[]> {
  const chains = new Map<Devchain, Asked[]>();
  const note = (chain: Devchain, asked: Asked): void => {
    const before = chains.get(chain) ?? [];
    chains.set(chain, before);
    before.push(asked);
  };
  const { prototype } = Devchain;
  const { testTransaction, submitTransaction, submitPackage, submitParsedBlock } = prototype;
  const spies = [
    vi.spyOn(prototype, 'testTransaction').mockImplementation(function (this: Devchain, bytes) {
      const verdict = testTransaction.call(this, bytes);
      const reason = verdict.kind === 'refused' ? verdict.rejection.reason : undefined;
      note(this, { kind: 'test', bytes, reason });
      return verdict;
    }),
    vi.spyOn(prototype, 'submitTransaction').mockImplementation(function (this: Devchain, bytes) {
      const verdict = submitTransaction.call(this, bytes);
      const reason = verdict.kind === 'refused' ? lineOf(verdict.rejection) : undefined;
      note(this, { kind: 'submit', list: [bytes], reason });
      return verdict;
    }),
    vi.spyOn(prototype, 'submitPackage').mockImplementation(function (this: Devchain, list) {
      const verdict = submitPackage.call(this, list);
      note(this, { kind: 'submit', list, reason: verdict.fault?.reason });
      return verdict;
    }),
    vi.spyOn(prototype, 'submitParsedBlock').mockImplementation(function (this: Devchain, block) {
      const outcome = submitParsedBlock.call(this, block);
      const reason = outcome.kind === 'refused' ? outcome.rejection.reason : undefined;
      note(this, { kind: 'block', block, reason });
      return outcome;
    }),
  ];
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return [...chains.values()];
}

/** What a bitcoind says to it: its reason where it refuses. */
async function answerOf(client: RpcClient, asked: Asked): Promise<string | undefined> {
  switch (asked.kind) {
    case 'block':
      return (
        ((await client.call('submitblock', toHex(serializeBlock(asked.block)))) as string | null) ?? undefined
      );
    case 'test': {
      const [tested] = (await client.call('testmempoolaccept', [toHex(asked.bytes)])) as {
        'reject-reason'?: string;
      }[];
      const reason = tested!['reject-reason'];
      return reason === 'missing-inputs' ? 'bad-txns-inputs-missingorspent' : reason;
    }
    case 'submit':
      return asked.list.length === 1
        ? objectionTo(client.call('sendrawtransaction', toHex(asked.list[0]!)))
        : packageMessage(await client.call('submitpackage', asked.list.map(toHex)));
  }
}

/** Reason and details in one line, as Bitcoin Core prints them. */
const lineOf = ({ reason, details }: Rejection): string =>
  details === '' ? reason : `${reason}, ${details}`;

async function objectionTo(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (cause) {
    if (!(cause instanceof RpcClientError)) throw cause;
    return cause.reason;
  }
}

function packageMessage(answer: JsonValue): string | undefined {
  const { package_msg: message } = answer as { readonly package_msg: string };
  return message === 'success' ? undefined : message;
}
