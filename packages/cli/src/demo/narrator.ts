import type { Narrator } from '../commands/execute.ts';
import type { JobProgress, JobStage } from '../engine.ts';
import { wrapped } from '../output/wrap.ts';

/** What each stage is, for somebody who never saw Bitcoin code. */
const EXPLANATIONS: Readonly<Record<JobStage, string>> = {
  chain: `A Bitcoin network of its own starts in this process: blocks, fees and scripts by Bitcoin's rules, with coins that are worth nothing. Everything below would be the same on the real one, only slower, since there a block takes ten minutes.`,
  funding: `Everybody gets a wallet with coins: a Client, who wants work done; a Worker, who does it; a Verifier, who checks it; and arbiters, who wait in case the others quarrel. Coins that a block has just paid out can be spent only a hundred blocks later, so these blocks are made first.`,
  terms: `Client, Worker and Verifier agree on a contract: the price, the stakes, the program, a fingerprint of the input. Worker and Verifier already have the input and checked it, so nobody can promise it and then keep it back.`,
  ceremony: `The arbiters are drawn by lot, from a block that did not exist when they offered themselves and from secrets of all three parties. So nobody can choose friendly judges.`,
  signatures: `Now, before any money moves, they sign every way that this contract can end: Worker is right, Worker is silent, Verifier is silent, arbiters decide, and so on. Each such transaction is complete but waits on a shelf. From here on nobody can keep the others' money hostage.`,
  commitment: `One transaction, Tx0, locks the Client's payment and everybody's stakes together. The Worker waits until it is three blocks deep, so that it cannot be undone any more.`,
  computing: `The Worker computes. Each chunk runs in a closed box: no files, no network, no clock, so that everybody gets the same bits.`,
  delivery: `The Worker hands over all results, encrypted, and a fingerprint of them. It can no longer change one of them without being noticed. Client and Verifier each sign a receipt.`,
  verification: `Only now a lottery, of numbers that both receipts have revealed, says which chunks are checked. The Worker opens those, and the Verifier computes them again. A secret that only this work yields is what later unlocks the Verifier's fee.`,
  release: `The Verifier says: correct. The Client gives the Worker its half of the signature of Tx4, made so that the Worker can complete it only with the key of the results.`,
  payment: `The Worker publishes Tx4: one transaction pays the Worker, the Verifier and all stakes back. By completing it the Worker has shown the key to the Client, and to nobody else.`,
  decrypting: `The Client takes that key from the blockchain and decrypts the results. Work for money, and neither had to trust the other.`,
};

/** A view that explains every stage when it comes up first. */
export function narrator(columns: number): Narrator {
  const explained = new Set<JobStage>();
  return (view) => ({
    update: (progress: JobProgress) => {
      if (!explained.has(progress.stage)) {
        explained.add(progress.stage);
        view.note(`\n${wrapped(`${explained.size}. ${EXPLANATIONS[progress.stage]}`, columns)}`);
      }
      view.update(progress);
    },
    note: (text) => view.note(wrapped(text, columns)),
    stop: (finished) => view.stop(finished),
  });
}
