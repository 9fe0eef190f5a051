import { loadTransaction } from '@prometheus-compute/bitcoin';
import type { Chain, EnginePorts } from '@prometheus-compute/node';
import type { TransactionId, Txid } from '@prometheus-compute/protocol';
import { DELIVER, type Postman } from '../network/postman.ts';
import type { Actor } from './actor.ts';
import type { Turns } from './turns.ts';

/**
 * A party's adapters with its strategies, and the simulated network, around them. What one party has verified, the others need not verify again:
 * they run in one process, and most signatures go to all.
 */
export function portsFor(
  actor: Actor,
  ports: EnginePorts,
  surroundings: {
    readonly postman: Postman;
    readonly turns: Turns;
    /** Signatures that somebody of the scenario has found valid. */
    readonly verified: Set<string>;
    readonly idOf: (txid: Txid) => TransactionId | undefined;
  },
): EnginePorts {
  const { postman, turns, verified, idOf } = surroundings;
  const { strategies } = actor;
  const transport = postman.wrap(ports.transport, (parcel) => {
    for (const { sends } of strategies) {
      const fate = sends?.(parcel, actor);
      if (fate !== undefined) return fate;
    }
    return DELIVER;
  });
  const verify: EnginePorts['verify'] = (signature, hash, key) => {
    const name = Buffer.concat([signature, hash, key]).toString('latin1');
    if (verified.has(name)) return true;
    const valid = ports.verify(signature, hash, key);
    if (valid) verified.add(name);
    return valid;
  };
  const blobs = turns.blobs(ports.blobs);
  const wrapped = { ...ports, blobs, transport, verify, chain: choosy(ports.chain, actor, idOf) };
  return strategies.reduce((made, strategy) => strategy.ports?.(made) ?? made, wrapped);
}

/** A chain to which a party hands only what its strategies let out. */
function choosy(chain: Chain, actor: Actor, idOf: (txid: Txid) => TransactionId | undefined): Chain {
  const lets = (bytes: Uint8Array): boolean => {
    const id = idOf(loadTransaction(bytes).txid);
    return actor.strategies.every(({ publishes }) => publishes === undefined || publishes(id, actor));
  };
  return {
    tip: () => chain.tip(),
    blockAt: (height) => chain.blockAt(height),
    output: (outpoint) => chain.output(outpoint),
    transaction: (txid, near) => chain.transaction(txid, near),
    waiting: (txid) => chain.waiting(txid),
    spender: (outpoint) => chain.spender(outpoint),
    feeRate: () => chain.feeRate(),
    submit: async (bytes) => (lets(bytes) ? chain.submit(bytes) : { kind: 'accepted' }),
    submitPackage: async (list) =>
      list[0] !== undefined && lets(list[0]) ? chain.submitPackage(list) : { kind: 'accepted' },
  };
}
