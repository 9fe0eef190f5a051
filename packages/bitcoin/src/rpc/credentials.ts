import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/** User that a cookie file names. */
const COOKIE_USER = '__cookie__';

/** `user:password` pairs that a server accepts. Only their hashes are kept. */
export class Credentials {
  readonly #accepted: Buffer[] = [];
  #cookieFile: string | undefined;

  /** Accepts a user with a password. */
  add(user: string, password: string): void {
    this.#accepted.push(digest(`${user}:${password}`));
  }

  /** Makes a random password and writes it to a file that only the owner can read (mode 0600). */
  async addCookie(path: string): Promise<void> {
    const password = randomBytes(32).toString('hex');
    const draft = `${path}.tmp`;
    await rm(draft, { force: true });
    await writeFile(draft, `${COOKIE_USER}:${password}`, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
    this.#cookieFile = path;
    this.add(COOKIE_USER, password);
  }

  /** Whether an `Authorization` header names an accepted pair; takes the same time for all that do not. */
  accepts(header: string | undefined): boolean {
    const match = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(header ?? '');
    if (match === null) return false;
    const given = digest(Buffer.from(match[1]!, 'base64').toString('utf8'));
    let accepted = false;
    for (const known of this.#accepted) if (timingSafeEqual(known, given)) accepted = true;
    return accepted;
  }

  /** Removes the cookie file. */
  async close(): Promise<void> {
    if (this.#cookieFile !== undefined) await rm(this.#cookieFile, { force: true });
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
