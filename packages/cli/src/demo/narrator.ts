import type { Narrator } from '../commands/execute.ts';
import type { JobProgress, JobStage } from '../engine.ts';
import { wrapped } from '../output/wrap.ts';
import { STAGES } from '../progress/stages.ts';

/** What each stage is, for somebody who never saw Bitcoin code. Every sentence is one of docs/protocol/ in simple words. */
const EXPLANATIONS: Readonly<Record<JobStage, string>> = {
  chain: `A Bitcoin network of its own starts on this machine: blocks, fees and scripts by Bitcoin's rules, with coins that are worth nothing. The real network would take the same kinds of transactions, only more slowly: there a block takes about ten minutes.`,
  funding: `Everybody gets a wallet with coins: a Client, who wants work done; a Worker, who does it; a Verifier, who checks it; and arbiters, who wait in case the others quarrel. Coins that a block has just paid out can be spent only a hundred blocks later, so these blocks are made first.`,
  terms: `Client, Worker and Verifier agree on a contract: the price, the stakes, the neural network, a fingerprint of the input. Worker and Verifier fetch the network and the whole input and check them before they sign anything, so nobody can promise them and then keep them back.`,
  ceremony: `The arbiters are drawn by lot, from a block that did not exist when the terms were fixed and from secrets of all three parties. So nobody can name a friendly judge.`,
  signatures: `Now, before any money moves, they sign in advance the ways in which this contract can end without everybody's help: the Worker is silent, the Verifier is silent, the arbiters decide, and so on. Some of these transactions are complete and wait only for their time; others still need the signature of the one whom they serve, or of the arbiters. From here on nobody can keep the others' money hostage.`,
  commitment: `One transaction, Tx0, locks the Client's payment, the Client's bond and everybody's stakes. The Worker starts when Tx0 has three confirmations, so that it is most unlikely to be undone.`,
  computing: `The Worker runs the network on every chunk of 50 pictures. It calculates with whole numbers only, so that every machine gets the same bits. The sums inside the large layers go into a fingerprint too, picture by picture.`,
  delivery: `The Worker hands over all results, encrypted, and one fingerprint of them all. From now on it cannot change one of them without being noticed. Client and Verifier each sign a receipt.`,
  verification: `Only now random numbers, which both receipts have revealed, say what is asked. The Worker opens all chunks and shows its inner sums, but for one picture of each chunk. The Verifier does not run the network again: it multiplies the sums and the weights by random numbers and compares. A single wrong sum would show, for a fraction of the work. The pictures that were kept back it runs itself, and so learns a secret without which it cannot take its fee later.`,
  release: `The Verifier says: correct, and signs Tx4. The Client gives the Worker its own signature of Tx4, made so that the Worker can complete it only with the secret behind the keys of the results.`,
  payment: `The Worker publishes Tx4. It gives the Worker its pay and its stake, the Verifier its stake and, for the secret that checking gave it, its fee. By completing it the Worker has shown the key to the Client, and to nobody else. The arbiters' stakes and the Client's bond are not in it: they lie in outputs of Tx0 of their own, which come free by themselves some days later, or earlier if the Client and the Worker sign.`,
  decrypting: `The Client takes that key from the blockchain and decrypts the results. Work for money, and neither had to trust the other.`,
};

/**
 * A view that explains every stage when it comes up first, in the order of the stages: one that went by too fast to be seen
 * is explained before the next.
 */
export function narrator(columns: number): Narrator {
  let explained = 0;
  return (view) => ({
    update: (progress: JobProgress) => {
      for (; explained <= STAGES.indexOf(progress.stage); explained++) {
        const text = `${explained + 1}. ${EXPLANATIONS[STAGES[explained]!]}`;
        view.note(`\n${wrapped(text, columns)}`);
      }
      view.update(progress);
    },
    note: (text) => view.note(wrapped(text.replaceAll('\n', ' '), columns)),
    stop: (finished) => view.stop(finished),
  });
}
