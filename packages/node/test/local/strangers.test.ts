import {
  type Envelope,
  encodeCanonical,
  encodeEnvelope,
  MESSAGE_LIMITS,
  publicKey,
  schnorrSign,
  sealedHash,
  secretScalar,
  signedHash,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import type { LocalNetworkOptions } from '../../src/index.ts';
import { mineUntil, startPlay, stateOf } from './play.ts';

type Ports = Parameters<NonNullable<LocalNetworkOptions['ports']>>[1];

const secret = secretScalar(new Uint8Array(32).fill(5));

/** A large body that no channel has asked for, well signed by a key that nobody knows. */
function large(kind: Envelope['kind'], bytes: number): Uint8Array {
  const body = encodeCanonical(new Uint8Array(bytes));
  const signature = schnorrSign(signedHash(kind, sealedHash(kind, body)), secret, new Uint8Array(32));
  return encodeEnvelope({ kind, from: publicKey(secret), body, signature });
}

describe('large messages from strangers', () => {
  it('are neither verified, nor parsed, nor kept, before and in a contract', async () => {
    let verified = 0;
    const ports = (name: string, real: Ports): Ports =>
      name !== 'worker'
        ? real
        : {
            ...real,
            verify: (signature, message, key) => {
              verified += key.every((byte, i) => byte === publicKey(secret)[i]) ? 1 : 0;
              return real.verify(signature, message, key);
            },
          };
    await using play = await startPlay({ ports });
    const { network } = play;
    const told: string[] = [];
    network.worker.node.engine.watch(({ kind }) => {
      if (kind === 'refused-envelope' || kind === 'receive-failed') told.push(kind);
    });
    const flood = async (): Promise<readonly boolean[]> => {
      const kinds = ['delivery', 'opening', 'claim', 'post', 'blob', 'decisionSignatures'] as const;
      const { transport } = network.arbiters[0]!.node.ports;
      return Promise.all(
        kinds.map((kind) =>
          transport.send('worker', large(kind, Math.min(MESSAGE_LIMITS[kind] - 16, 1_000_000))),
        ),
      );
    };
    expect(await flood()).toEqual(Array(6).fill(false));
    await play.begin();
    await mineUntil(network, () => stateOf(network.worker).name === 'computation');
    expect(await flood()).toEqual(Array(6).fill(false));
    expect({ verified, told }).toEqual({ verified: 0, told: [] });
    await mineUntil(network, () => stateOf(network.client).name === 'closed');
    expect(stateOf(network.client)).toMatchObject({ how: 'settled', transaction: 'Tx4' });
  });
});
