import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs the packages of `folder` from its own lock file when they are missing or older than it. They are not among
 * those of the repository: Stryker brings some 170, and `npm run demo`, which installs everything else, needs none.
 */
export function installTools(folder: string): boolean {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules', '.installed-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return true;
  process.stderr.write(
    'Installing the tools of mutation testing from scripts/mutation/package-lock.json (once) ...\n',
  );
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(
      '`npm ci` failed. Check the network connection and the messages above, then run the command again.\n',
    );
    return false;
  }
  writeFileSync(stamp, lock);
  return true;
}
