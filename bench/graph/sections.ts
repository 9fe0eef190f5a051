import { estimateVsize } from '@prometheus-compute/bitcoin';
import {
  buildGraph,
  type Graph,
  type GraphTerms,
  type Party,
  quorum,
  slotsDemanded,
  slotsOwed,
  type TransactionId,
  transactionOf,
} from '@prometheus-compute/protocol';
import { compare } from '../measure.ts';
import type { Section } from '../report/section.ts';
import { termsFor } from './terms.ts';

const SIZES = [3, 5, 7] as const;
const COUNTS = [3, 5, 7, 11] as const;
/** vB of Tx0 and Tx4 together for n = 5. */
const AIM = 1250;

/** What the graph of a contract consists of, from the terms of a real one. */
export async function graphSections(base: GraphTerms): Promise<readonly Section[]> {
  const graphs = new Map(COUNTS.map((n) => [n, buildGraph(termsFor(n, base))]));
  return [await buildSection(base, graphs), sumSection(graphs), sizeSection(graphs)];
}

async function buildSection(base: GraphTerms, graphs: ReadonlyMap<number, Graph>): Promise<Section> {
  const works = Object.fromEntries(
    COUNTS.map((n) => {
      const terms = termsFor(n, base);
      return [n, () => buildGraph(terms)];
    }),
  );
  const times = await compare(5, works);
  return {
    title: 'The graph: building it, and its signatures',
    notes: [
      'Every party builds the graph once. *Made*: pre-signatures of the party at setup; *checked*: those of others that it must hold before',
      'it signs its input of Tx0.',
    ],
    table: {
      columns: [
        { name: 'n' },
        { name: 'k' },
        { name: 'transactions' },
        { name: 'build ms', digits: 1 },
        { name: 'C made' },
        { name: 'W made' },
        { name: 'V made' },
        { name: 'A_1 made' },
        { name: 'C checked' },
        { name: 'W checked' },
        { name: 'V checked' },
        { name: 'A_1 checked' },
      ],
      rows: [...graphs].map(([n, graph]) => {
        const parties: readonly Party[] = ['client', 'worker', 'verifier', 'arbiter:1'];
        return [
          n,
          quorum(graph.terms.parameters),
          graph.transactions.size,
          times[n]!,
          ...parties.map((party) => slotsOwed(graph, party).length),
          ...parties.map((party) => slotsDemanded(graph, party).length),
        ];
      }),
    },
  };
}

/** vB of a child that pays for a parent: the anchor, `inputs` coins of the wallet, one change. */
function childVsize(graph: Graph, inputs: number): number {
  return estimateVsize(inputs, [graph.terms.contract.worker.funding[0]!.script], 1);
}

function sumSection(graphs: ReadonlyMap<number, Graph>): Section {
  const rows = SIZES.map((n) => {
    const graph = graphs.get(n)!;
    const sum = (...ids: readonly TransactionId[]): number =>
      ids.reduce((total, id) => total + transactionOf(graph, id).vsize, 0);
    const decision = decisionOf(graph, 'Tx7:');
    const children = (['TxV0', 'TxA', decision] as const).filter(
      (id) => transactionOf(graph, id).zeroFee,
    ).length;
    const settled = sum('Tx0', 'Tx4');
    const dispute = sum('Tx0', 'TxV0', 'TxA', decision);
    return { n, settled, dispute, children, child: childVsize(graph, 1) };
  });
  const five = rows.find(({ n }) => n === 5)!.settled;
  return {
    title: 'Size of the transactions: what a contract costs on the chain',
    notes: [
      `Aim: Tx0 + Tx4 at most ${AIM.toLocaleString('en-US')} vB for n = 5 with fresh offers: ${five.toLocaleString('en-US')} vB, ${five <= AIM ? 'reached' : 'missed'}.`,
      'One coin and one change each for C, W and V. A dispute is Tx0 + TxV0 + TxA + Tx7_S; its transactions without a fee each take a child,',
      'here with one coin of the wallet and one change beside the anchor.',
    ],
    table: {
      columns: [
        { name: 'n' },
        { name: 'Tx0 + Tx4, vB' },
        { name: 'dispute, vB' },
        { name: 'children' },
        { name: 'a child, vB' },
        { name: 'dispute with children, vB' },
      ],
      rows: rows.map(({ n, settled, dispute, children, child }) => [
        n,
        settled,
        dispute,
        children,
        child,
        dispute + children * child,
      ]),
    },
  };
}

function decisionOf(graph: Graph, family: 'Tx7:'): TransactionId {
  return [...graph.transactions.keys()].find((id) => id.startsWith(family))!;
}

/** Decisions of one family and one size of S have the same size; they make one row. */
function familyOf(id: TransactionId, n: number): string {
  const [family, members] = id.split(':');
  if (members === undefined) return id;
  const absent = n - members.split('.').length;
  return `${family}_S, ${absent === 0 ? 'all n' : `n − ${absent}`} agree`;
}

function sizeSection(graphs: ReadonlyMap<number, Graph>): Section {
  const byName = new Map<string, Map<number, { count: number; smallest: number; largest: number }>>();
  for (const n of SIZES) {
    for (const { id, vsize } of graphs.get(n)!.transactions.values()) {
      const name = familyOf(id, n);
      const sizes = byName.get(name) ?? new Map();
      byName.set(name, sizes);
      const known = sizes.get(n) ?? { count: 0, smallest: vsize, largest: vsize };
      sizes.set(n, {
        count: known.count + 1,
        smallest: Math.min(known.smallest, vsize),
        largest: Math.max(known.largest, vsize),
      });
    }
  }
  return {
    title: 'Size of the transactions: all of the graph',
    notes: [
      'In vB, with every signature. Decisions stand together by family and by how many arbiters agree.',
    ],
    table: {
      columns: [
        { name: 'transaction' },
        ...SIZES.flatMap((n) => [{ name: `n = ${n}: how many` }, { name: `n = ${n}: vB` }]),
      ],
      rows: [...byName].map(([name, sizes]) => [
        name,
        ...SIZES.flatMap((n) => {
          const found = sizes.get(n);
          if (found === undefined) return [null, null];
          const { count, smallest, largest } = found;
          return [count, smallest === largest ? largest : `${smallest}–${largest}`];
        }),
      ]),
    },
  };
}
