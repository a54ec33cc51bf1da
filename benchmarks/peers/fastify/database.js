/** SQLite, set up as the service's: a write-ahead log, and each commit on the disk. */

import Database from 'better-sqlite3';

export function openDatabase(url) {
  const database = new Database(url.replace('sqlite:///', ''));
  database.pragma('foreign_keys = ON');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return database;
}
