import { z } from 'zod';
import { type ControlMethod, controlMethod } from '../control/methods.ts';
import { writePrivateFile } from '../files/private-file.ts';
import type { Node } from '../node/node.ts';
import { decodeBundle, encodeBundle } from '../tower/bundle.ts';
import { exportBundle } from '../tower/export.ts';
import { DaemonError } from './errors.ts';

/** `tower.export`: writes what a watchtower may publish for the open contracts into a new file of mode 0600. */
export function towerMethods(node: Node): readonly ControlMethod[] {
  const file = z.strictObject({ file: z.string().min(1).max(4_096).startsWith('/') });
  return [
    controlMethod('tower.export', file, async ({ file: path }) => {
      const { records } = node.engine;
      const bundle = await exportBundle(
        { records, reserveOf: (record) => node.watcher.reserveOf(record), policy: node.policy },
        node.ports,
      );
      const bytes = encodeBundle(bundle);
      // What no tower would read is found out here, and not when it is needed.
      decodeBundle(bytes);
      if (!(await writePrivateFile(path, bytes))) {
        throw new DaemonError('folder-unusable', `${path} is there already and was not touched`, {
          remedy: 'Name another file.',
        });
      }
      return { file: path, height: bundle.height, transactions: bundle.exits.length };
    }),
  ];
}
