import { KernelError } from '../errors.ts';
import type { Block } from '../memory/block.ts';
import type { Memory } from '../memory/memory.ts';
import type { KernelExports } from '../module.ts';

/**
 * A block whose values are below p: one that was only allocated may hold anything.
 *
 * @param name - of the argument, for the error
 * @returns its address
 * @throws KernelError `not-reduced`
 */
export function checkElements(
  memory: Memory,
  kernels: KernelExports,
  name: string,
  block: Block<'field'>,
): number {
  const address = memory.check(name, block, 'field');
  const first = kernels.firstUnreduced(address, block.length) ?? block.length;
  if (first < block.length) {
    throw new KernelError('not-reduced', `${name} holds a value that is not below p = 2^61 − 1.`, {
      evidence: { argument: name, index: first },
      remedy: 'Reduce the values modulo p, and fill every block before it is used.',
    });
  }
  return address;
}
