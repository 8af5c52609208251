import type { Sql } from './sql.ts';

export function readSetting(sql: Sql, key: string): string | null {
  return sql.get<{ value: string }>('SELECT value FROM setting WHERE key = ?', key)?.value ?? null;
}

export function writeSetting(sql: Sql, key: string, value: string): void {
  sql.run(
    'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    key,
    value,
  );
}
