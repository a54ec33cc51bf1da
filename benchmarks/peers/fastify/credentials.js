/** Basic credentials: hashed slowly once, then remembered, as the service does it. */

import { hash, randomBytes } from 'node:crypto';

import { verify } from '@node-rs/argon2';

const REMEMBER_MS = 300_000;

export class Credentials {
  #key = randomBytes(64).toString('base64');
  #remembered = new Map();
  #selectUser;

  constructor(database) {
    this.#selectUser = database.prepare(
      'SELECT id, username, list_id, password_hash FROM users WHERE username = ?',
    );
  }

  /** The security scheme `basicAuth` of the document. */
  async basicAuth(request) {
    const [scheme, encoded] = (request.headers.authorization ?? '').split(' ');
    if (scheme.toLowerCase() !== 'basic' || !encoded) throw unauthorized();
    const [username, ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
    const user = this.#selectUser.get(username);
    if (!user || !(await this.#isPassword(encoded, rest.join(':'), user.password_hash))) {
      throw unauthorized();
    }
    request.user = user;
  }

  async #isPassword(encoded, password, passwordHash) {
    const digest = hash('sha256', this.#key + encoded, 'base64');
    const known = this.#remembered.get(digest);
    if (known && known.passwordHash === passwordHash && known.expires > Date.now()) return true;
    if (!(await verify(passwordHash, password))) return false;
    this.#remembered.set(digest, { passwordHash, expires: Date.now() + REMEMBER_MS });
    return true;
  }
}

function unauthorized() {
  return Object.assign(new Error('Unauthorized access'), { statusCode: 401 });
}
