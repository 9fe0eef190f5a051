import { readFileSync } from 'node:fs';

/** Of Linux: user and system time of a process are counted in these, 100 to the second. */
const TICKS_PER_SECOND = 100;

/** What a process has used; null where the system has no /proc. */
export interface Usage {
  /** Of all processors together. */
  readonly processorSeconds: number;
  /** Bytes in memory now. */
  readonly memory: number;
}

/** @throws when the process is not there, on a system with /proc */
export function usageOf(pid: number): Usage | null {
  if (process.platform !== 'linux') return null;
  // The name of the program, in parentheses, may have blanks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
  return { processorSeconds: (user + system) / TICKS_PER_SECOND, memory: Number(resident) * 1024 };
}
