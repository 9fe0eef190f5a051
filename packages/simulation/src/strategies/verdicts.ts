import {
  contractHash,
  type Hash32,
  type MessageOf,
  satoshi,
  schnorrSign,
  sighash,
  spendFeeOutput,
  spendTransaction,
} from '@prometheus-compute/protocol';
import type { Actor } from '../stage/actor.ts';
import { idle } from './executors.ts';
import type { Strategy } from './strategy.ts';

/** Satoshis that V pays for taking its fee by hand. */
const SWEEP_FEE = 500n;

/** V: checks nothing and says r = 1 as soon as it has the opening. */
export function lazyVerdict(): Strategy {
  let said = false;
  return {
    ...idle,
    name: 'lazy verdict',
    does: 'says r = 1 without running a chunk, and so never earns u_p',
    acts: async (actor) => {
      const { state } = actor;
      if (said || state.name !== 'verification') return;
      said = true;
      const verdict = verdictOf(actor, state.opening.root, state.opening.hash);
      await actor.send(['worker', 'client'], actor.seal(verdict));
    },
  };
}

function verdictOf(actor: Actor, root: Hash32, openingHash: Hash32): MessageOf<'verdict'> {
  const graph = actor.openGraph;
  const { signer } = actor.party.node.ports;
  const signature = signer.signTransaction(actor.record.keys, sighash(graph, 'Tx4', 0));
  return { kind: 'verdict', channel: contractHash(graph.terms.contract), root, openingHash, signature };
}

/** V: takes its fee with u_p, which the Worker told it. */
export function takesLeakedFee(): Strategy {
  let taken = false;
  return {
    name: 'leaking u_p',
    does: 'gets u_p from the Worker, and takes the fee of a check that it never did',
    acts: async (actor) => {
      const { recorded } = actor;
      const id =
        recorded?.state.name === 'closed' && recorded.state.how === 'settled' && recorded.state.transaction;
      if (taken || (id !== 'Tx4' && id !== "Tx4'")) return;
      taken = true;
      const { signer, wallet, chain, entropy } = actor.party.node.ports;
      const spend = spendFeeOutput(actor.openGraph, id, 'verifier');
      const amount = satoshi(spend.prevout.amount - SWEEP_FEE);
      const transaction = spendTransaction([spend], [{ amount, script: wallet.freshScript() }]);
      const [hash] = transaction.sighashes;
      const worker = actor.other('worker');
      const leaked = worker.party.node.ports.signer.withWorkerSecrets(worker.record.keys, ({ lockSecret }) =>
        schnorrSign(hash!, lockSecret, entropy(32)),
      );
      const own = signer.signTransaction(actor.record.keys, hash!);
      const signatures = spend.signers.map((by) => (by === 'verificationLock' ? leaked : own));
      await chain.submit(transaction.complete([signatures]));
      actor.tell('takes the fee output with u_p', 'the Worker has told it u_p');
    },
  };
}
