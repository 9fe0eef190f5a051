import type { JobRun } from '../commands/execute.ts';
import { CliError } from '../errors/cli-error.ts';
import { fetchReport, submitJob, watchJob } from '../job/remote.ts';
import { DemoError } from './errors.ts';
import { DemoNetwork } from './network.ts';

/**
 * Runs a job on a network of separate processes: chain, Client, Workers, Verifiers and arbiters, which know one another by libp2p alone.
 * All of them end with this one.
 *
 * @param bitcoind - path of the program that is the chain; by default `prometh devchain`
 * @returns what throws DemoError `child-ended`, `job-failed`; CliError `interrupted`; BitcoindError
 */
export function runInProcesses(bitcoind?: string): JobRun {
  return async (job, plan, { onProgress, signal }) => {
    const network = await DemoNetwork.start(job, plan, {
      signal,
      ...(bitcoind === undefined ? {} : { bitcoind }),
      onStep: (stage, message) => onProgress({ kind: 'stage', batch: null, stage, message }),
    });
    const over = new AbortController();
    try {
      const { client, parametersTxid } = network;
      const folder = network.folderOf('client');
      const id = job.name;
      await submitJob(client, { id, specification: job, parametersTxid }, folder);
      const mining = network.mine(over.signal);
      const view = { update: onProgress, note: () => {}, stop: () => {} };
      const ended = await Promise.race([
        watchJob(client, id, view, true),
        mining.then(() => {
          throw new CliError('interrupted', 'The demo was interrupted.');
        }),
      ]);
      over.abort();
      await mining;
      const { failure } = ended;
      if (failure !== null) {
        const { message, remedy } = failure;
        throw new DemoError('job-failed', message, { remedy: remedy ?? 'Run the demo again.' });
      }
      return await fetchReport(client, id, folder);
    } finally {
      over.abort();
      await network.close();
    }
  };
}
