import { fromLittleEndian } from '@prometheus-compute/protocol';
import type { Entropy } from '../../ports/entropy.ts';
import type { Store } from '../../ports/store.ts';
import { EngineError } from '../errors.ts';

/**
 * Whether C audits a channel: 32 random bits below the rate. Drawn once, and stored before the first run: if a check that
 * fails were drawn again at the next block, a Worker whose chunks fail now and then would be rid of its audit in the end.
 *
 * @param from.auditRate - probability of an audit
 */
export async function audits(
  channel: string,
  from: { readonly store: Store; readonly entropy: Entropy; readonly auditRate: number },
): Promise<boolean> {
  const key = `audit:${channel}`;
  await from.store.putRecord(key, from.entropy(4), { ifAbsent: true });
  const drawn = await from.store.record(key);
  if (drawn === undefined) throw new EngineError('payload-missing', 'the draw of the audit is lost');
  return Number(fromLittleEndian(drawn)) / 2 ** 32 < from.auditRate;
}
