/** Basic credentials: hashed slowly once, then remembered, as the service does it. */

import { createHmac, randomBytes } from 'node:crypto';

import { verify } from '@node-rs/argon2';

const REMEMBER_MS = 300_000;

export class Credentials {
  #key = randomBytes(64);
  #remembered = new Map();
  #selectUser;

  constructor(database) {
    this.#selectUser = database.prepare('SELECT id, password_hash FROM users WHERE username = ?');
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
    request.userId = user.id;
  }

  async #isPassword(encoded, password, hash) {
    const digest = createHmac('sha256', this.#key).update(encoded).digest('base64');
    const known = this.#remembered.get(digest);
    if (known && known.hash === hash && known.expires > Date.now()) return true;
    if (!(await verify(hash, password))) return false;
    this.#remembered.set(digest, { hash, expires: Date.now() + REMEMBER_MS });
    return true;
  }
}

function unauthorized() {
  return Object.assign(new Error('Unauthorized access'), { statusCode: 401 });
}
