import { cpus } from 'node:os';

/** What numbers depend on, without anything that names one particular machine. */
export interface Machine {
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  /** YYYY-MM-DD, UTC. */
  readonly date: string;
}

export function thisMachine(): Machine {
  const cores = cpus();
  return {
    node: process.version,
    processor: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** The machine in one sentence. */
export function machineText({ node, processor, cores, date }: Machine): string {
  return `Measured on ${date} with Node.js ${node} on ${cores} cores of ${processor}.`;
}
