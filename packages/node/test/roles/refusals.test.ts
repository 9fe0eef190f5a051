import { RpcClientError } from '@prometheus-compute/bitcoin';
import { inputTree } from '@prometheus-compute/proofs';
import {
  contractHash,
  decodeContract,
  encodeContract,
  hash32,
  type MessageOf,
  openEnvelope,
  outpointKey,
  toHex,
} from '@prometheus-compute/protocol';
import { describe, expect, it } from 'vitest';
import { isWithdrawn, pledgeKey, withdrawStake } from '../../src/engine/pledge.ts';
import { programSizeKey } from '../../src/engine/tasks/agree.ts';
import type { LocalNetworkOptions } from '../../src/index.ts';
import type { Node } from '../../src/node/node.ts';
import { answerRequest } from '../../src/roles/arbiter.ts';
import type { RoleHost } from '../../src/roles/host.ts';
import { answerTerms } from '../../src/roles/partner.ts';
import { FUNDS, type Play, startPlay, stateOf } from '../local/play.ts';

/** A network whose Client has proposed; its terms are kept, and no request reaches an arbiter. */
async function proposed(options: Partial<LocalNetworkOptions> = {}) {
  const terms: MessageOf<'terms'>[] = [];
  const requests: MessageOf<'acceptanceRequest'>[] = [];
  const play = await startPlay({
    ...options,
    ports: (_, real) => ({
      ...real,
      transport: {
        self: real.transport.self,
        broadcast: (bytes) => real.transport.broadcast(bytes),
        listen: (receive) => real.transport.listen(receive),
        close: () => real.transport.close(),
        send: async (to, bytes) => {
          const { message } = openEnvelope(bytes);
          if (message.kind === 'terms') terms.push(message);
          if (message.kind !== 'acceptanceRequest') return real.transport.send(to, bytes);
          requests.push(message);
          return true;
        },
      },
    }),
  });
  await play.begin();
  return { play, terms: terms[0]!, requests };
}

const OTHER = hash32(new Uint8Array(32).fill(7));

/** The Worker as it is, with other limits. */
const hostOf = ({ network: { worker } }: Play, limits: Partial<RoleHost['policy']['limits']>): RoleHost => {
  const { node } = worker;
  return {
    ...hostOfNode(node),
    policy: { ...node.policy, limits: { ...node.policy.limits, ...limits } },
  };
};

/** What a role sees of a node, to be changed here and there. */
function hostOfNode(node: Node): RoleHost {
  return {
    ports: node.ports,
    policy: node.policy,
    history: node.history,
    get channels() {
      return node.channels;
    },
    parameters: (id) => node.parameters(id),
    fund: (keys, amount, feeLoad) => node.fund(keys, amount, feeLoad),
    knows: (id) => node.knows(id),
    open: (record, step) => node.open(record, step),
  };
}

describe('terms that ask too much', () => {
  it('are refused before anything is computed or set aside for them', async () => {
    const { play, terms } = await proposed({
      funds: {
        client: [FUNDS.client],
        worker: [FUNDS.worker, FUNDS.worker],
        verifier: [FUNDS.verifier],
      },
    });
    await using running = play;
    // Nobody looks at this root: the limits come first.
    const fresh = { ...terms, channel: OTHER, inputRoot: OTHER };
    const { inputs, limits } = terms;
    const asked = inputs.reduce((sum, { size }) => sum + size, terms.programSize);
    const answer = (changes: Partial<RoleHost['policy']['limits']>, from = 'client') =>
      answerTerms(hostOf(running, changes), 'worker', fresh, from);
    await expect(answer({ payloadBytes: asked - 1 })).rejects.toThrow(/program and inputs have/);
    await expect(answer({ memoryPages: limits.memoryPages - 1 })).rejects.toThrow(/pages of memory/);
    await expect(answer({ milliseconds: limits.milliseconds - 1 })).rejects.toThrow(/ ms, more than/);
    await expect(answer({ setupsPerPeer: 1 })).rejects.toThrow(/1 setups of this peer are open/);

    const exactly = { payloadBytes: asked, ...limits, setupsPerPeer: 1 };
    await expect(answer(exactly, 'somebody')).rejects.toThrow(/does not have its root/);
    const honest = { ...terms, channel: OTHER };
    expect(await answerTerms(hostOf(running, exactly), 'worker', honest, 'somebody')).toMatchObject({
      kind: 'open',
    });
  });

  it('whose payload would fill the disk are refused: what open contracts have to store comes first', async () => {
    const { play, terms } = await proposed({
      funds: {
        client: [FUNDS.client],
        worker: [FUNDS.worker, FUNDS.worker],
        verifier: [FUNDS.verifier],
      },
    });
    await using running = play;
    const host = hostOf(running, {});
    const asked = terms.inputs.reduce((sum, { size }) => sum + size, terms.programSize);
    const answer = (room: number) => {
      const blobs = { ...host.ports.blobs, room: async () => room };
      const honest = { ...terms, channel: OTHER };
      return answerTerms({ ...host, ports: { ...host.ports, blobs } }, 'worker', honest, 'somebody');
    };
    const least = 256 * 1_048_576 + asked;
    await expect(answer(least - 1)).rejects.toThrow(/no room on its disk/);
    expect(await answer(least)).toMatchObject({ kind: 'open' });
    expect(await host.ports.blobs.room?.()).toBeGreaterThan(0);
  });

  it('for which no coins are free leave nothing on the disk, and say nothing of the wallet', async () => {
    const { play, terms } = await proposed();
    await using running = play;
    const { node } = running.network.worker;
    const inputs = terms.inputs.slice(1);
    const inputRoot = inputTree(inputs.map(({ hash }) => hash)).root;
    const other = { ...terms, channel: OTHER, inputs, inputRoot };
    const refusal = await answerTerms(hostOf(running, {}), 'worker', other, 'somebody').catch(
      (cause: unknown) => cause,
    );
    expect(refusal).toMatchObject({
      code: 'unfunded',
      message: expect.stringMatching(/cannot fund one more contract/),
    });
    expect(String(refusal)).not.toMatch(/\bsat\b/);
    expect(await node.ports.blobs.get(inputRoot)).toBeUndefined();
    expect(await node.ports.store.record(programSizeKey(`worker:${toHex(OTHER)}`))).toBeUndefined();
  });

  it('whose list cannot be stored set no coins aside', async () => {
    const { play, terms } = await proposed({
      funds: {
        client: [FUNDS.client],
        worker: [FUNDS.worker, FUNDS.worker],
        verifier: [FUNDS.verifier],
      },
    });
    await using running = play;
    const host = hostOf(running, {});
    const full = { ...host.ports.blobs, put: () => Promise.reject(new RangeError('the disk is full')) };
    const broken = { ...host, ports: { ...host.ports, blobs: full } };
    const honest = { ...terms, channel: OTHER };
    for (let i = 0; i < 3; i++)
      await expect(answerTerms(broken, 'worker', honest, 'somebody')).rejects.toThrow('the disk is full');
    expect(await answerTerms(host, 'worker', honest, 'somebody')).toMatchObject({ kind: 'open' });
  });

  it('are not refused, but looked at again, while the Bitcoin node gives no answer', async () => {
    let isAway = false;
    await using play = await startPlay({
      ports: (party, real) => {
        if (party !== 'worker') return real;
        const { chain } = real;
        const blockAt: typeof chain.blockAt = async (height) => {
          if (isAway) throw new RpcClientError('rpc-unreachable', 'no answer from http://10.0.0.7:8332');
          return chain.blockAt(height);
        };
        const rest = {
          tip: () => chain.tip(),
          output: (...of: Parameters<typeof chain.output>) => chain.output(...of),
          transaction: (...of: Parameters<typeof chain.transaction>) => chain.transaction(...of),
          waiting: (...of: Parameters<typeof chain.waiting>) => chain.waiting(...of),
          spender: (...of: Parameters<typeof chain.spender>) => chain.spender(...of),
          feeRate: () => chain.feeRate(),
          submit: (...of: Parameters<typeof chain.submit>) => chain.submit(...of),
          submitPackage: (...of: Parameters<typeof chain.submitPackage>) => chain.submitPackage(...of),
        };
        return { ...real, chain: { ...rest, blockAt } };
      },
    });
    const { network } = play;
    isAway = true;
    await play.begin();
    expect(stateOf(network.client)).toMatchObject({ name: 'setup', step: 'terms' });
    isAway = false;
    await network.client.node.engine.retry();
    await network.settle();
    expect(stateOf(network.client)).toMatchObject({ name: 'setup' });
    expect(network.worker.node.engine.records).toHaveLength(1);
  });

  it('for a second place in the same contract are refused', async () => {
    const { play, terms } = await proposed();
    await using running = play;
    const answer = answerTerms(running.network.worker.node, 'verifier', terms, 'client');
    await expect(answer).rejects.toThrow(/a place in this contract already/);
  });
});

/** A request as the Client made it, and the arbiter whose stake it asks for. */
async function asked() {
  const { play, requests } = await proposed();
  await play.network.mine();
  const request = requests[0]!;
  for (const arbiter of play.network.arbiters) {
    const { store } = arbiter.node.ports;
    const offer = `offer:${outpointKey(request.offer)}`;
    if ((await store.record(offer)) === undefined) continue;
    const pledge = () => store.record(pledgeKey(request.offer));
    return { play, request, arbiter, pledge, requests };
  }
  throw new RangeError('nobody has this offer');
}

describe("Y §Duties: what an arbiter's stake is not pledged to", () => {
  it('a contract with coins that are not on the chain', async () => {
    const { play, request, arbiter, pledge } = await asked();
    await using _ = play;
    const contract = decodeContract(request.contract);
    const [coin] = contract.worker.funding;
    const imagined = { ...coin!, outpoint: { ...coin!.outpoint, vout: 9_999 } };
    const made = { ...contract, worker: { ...contract.worker, funding: [imagined] } };
    const invented = { ...request, contract: encodeContract(made), channel: contractHash(made) };
    await expect(answerRequest(arbiter.node, invented, 'client')).rejects.toThrow(
      /the worker's coin .* is not a confirmed and unspent output/,
    );
    expect(await pledge()).toBeUndefined();
  });

  it('a contract that it was pledged to before: what came of that setup stands', async () => {
    const { play, request, arbiter, pledge } = await asked();
    await using _ = play;
    const greeting = await answerRequest(arbiter.node, request, 'client');
    if (greeting.kind !== 'open') throw new RangeError(greeting.kind);
    await arbiter.node.open(greeting.record, greeting.step);
    expect(await pledge()).toEqual(contractHash(decodeContract(request.contract)));
    // No graph comes: the stake is free when the acceptance has expired.
    await play.network.mine(7);
    expect(stateOf(arbiter)).toMatchObject({ how: 'abandoned', fault: { code: 'setup-timeout' } });
    expect(await pledge()).toBeUndefined();
    const again = answerRequest(arbiter.node, request, 'client');
    await expect(again).rejects.toThrow(/a place in this contract already/);
    expect(await pledge()).toBeUndefined();
  });

  it('more contracts than one peer may tie stakes to at a time', async () => {
    const { play, request, arbiter, pledge } = await asked();
    await using _ = play;
    const { node } = arbiter;
    const limited = (pledgesPerPeer: number): RoleHost => ({
      ...hostOfNode(node),
      policy: { ...node.policy, limits: { ...node.policy.limits, pledgesPerPeer } },
    });
    const greeting = await answerRequest(limited(1), request, 'client');
    if (greeting.kind !== 'open') throw new RangeError(greeting.kind);
    await node.open(greeting.record, greeting.step);
    const contract = decodeContract(request.contract);
    const next = { ...contract, deliveryBlocks: contract.deliveryBlocks + 1 };
    const more = { ...request, contract: encodeContract(next), channel: contractHash(next) };
    await expect(answerRequest(limited(1), more, 'client')).rejects.toThrow(
      /1 stakes are pledged at the request of this peer/,
    );
    // Somebody else's request is another matter: this stake is taken, and a free one would be pledged.
    await expect(answerRequest(limited(1), more, 'worker')).rejects.toThrow(
      /the stake serves another contract/,
    );
    expect(await pledge()).toEqual(contractHash(contract));
  });

  it('but a record of a run that ended before its channel was stored is taken up', async () => {
    const { play, request, arbiter } = await asked();
    await using _ = play;
    const hash = contractHash(decodeContract(request.contract));
    await arbiter.node.ports.store.putRecord(pledgeKey(request.offer), hash);
    expect(await answerRequest(arbiter.node, request, 'client')).toMatchObject({ kind: 'open' });
  });

  it('a stake that is taken back', async () => {
    const { play, request, arbiter } = await asked();
    await using _ = play;
    expect(await withdrawStake(request.offer, arbiter.node.ports.store)).toBe(true);
    await expect(answerRequest(arbiter.node, request, 'client')).rejects.toThrow(/no longer on offer/);
  });

  it('and what serves a contract is not taken back', async () => {
    const { play, request, arbiter } = await asked();
    await using _ = play;
    const { store } = arbiter.node.ports;
    expect(await answerRequest(arbiter.node, request, 'client')).toMatchObject({ kind: 'open' });
    expect(await withdrawStake(request.offer, store)).toBe(false);
    expect(await isWithdrawn(request.offer, store)).toBe(false);
  });

  it('a contract in which this node has another stake', async () => {
    const { play, request, arbiter, requests } = await asked();
    await using _ = play;
    const second = requests.find(({ offer }) => outpointKey(offer) !== outpointKey(request.offer))!;
    // The same node has both offers.
    const { store } = arbiter.node.ports;
    const key = `offer:${outpointKey(second.offer)}`;
    for (const { node } of play.network.arbiters) {
      const offer = await node.ports.store.record(key);
      if (offer !== undefined) await store.putRecord(key, offer);
    }
    const greeting = await answerRequest(arbiter.node, request, 'client');
    if (greeting.kind !== 'open') throw new RangeError(greeting.kind);
    await arbiter.node.open(greeting.record, greeting.step);
    const answer = answerRequest(arbiter.node, second, 'client');
    await expect(answer).rejects.toThrow(/a place in this contract already/);
    expect(await store.record(pledgeKey(second.offer))).toBeUndefined();
  });
});
