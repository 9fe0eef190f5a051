// Runs a file of this repository with the repository's own Node.js, after installing dependencies when they
// are missing or older than the lock file. Plain JavaScript on purpose: an older Node.js must be able to read it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node scripts/run.mjs FILE [ARGUMENT ...]\n');
  process.exit(2);
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const stamp = join(root, 'node_modules', '.installed-from');
const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
if (!isInstalled()) install();

/** Two commands that are started at once must not install into one folder: the second one waits for the first. */
function install() {
  const busy = join(root, '.installing');
  while (!enter(busy)) {
    if (Date.now() - statSync(busy, { throwIfNoEntry: false })?.mtimeMs > 600_000) {
      process.stderr.write(
        `An installation was cut short. Remove the folder ${busy}, then run the command again.\n`,
      );
      process.exit(1);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  const leave = () => rmSync(busy, { recursive: true, force: true });
  process.on('exit', leave);
  try {
    if (isInstalled()) return;
    process.stderr.write('Installing dependencies from package-lock.json (once) ...\n');
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
    if (status !== 0) {
      process.stderr.write(
        '`npm ci` failed. Check the network connection and the messages above, then run the command again.\n',
      );
      process.exit(1);
    }
    writeFileSync(stamp, lock);
  } finally {
    leave();
  }
}

function enter(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

const local = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const [major, minor] = process.versions.node.split('.').map(Number);
const node = existsSync(local) ? local : process.execPath;
if (node === process.execPath && (major < 22 || (major === 22 && minor < 18))) {
  process.stderr.write(
    'This platform has no packaged Node.js 24, and the one that runs now is ' +
      process.version +
      '. Install Node.js 24 or newer, then run the command again.\n',
  );
  process.exit(1);
}
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, file), ...args], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === 'SIGINT' ? 130 : (code ?? 1)));
