/**
 * Loaded into the program and its children by NODE_OPTIONS: notes every name that is looked up and every connection that is opened, however
 * short, in the file that FOLIO_TEST_OUTBOUND names. What reaches the network past Node is left to the look at /proc.
 */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import net from 'node:net';

const file = process.env['FOLIO_TEST_OUTBOUND'];

function note(what: string, where: unknown): void {
  if (file !== undefined) appendFileSync(file, `${what} ${String(where)}\n`);
}

function noteCalls(object: object, name: string, describe: (args: readonly unknown[]) => string | null): void {
  const original: unknown = Reflect.get(object, name);
  if (typeof original !== 'function') return;
  Reflect.set(object, name, function (this: unknown, ...args: unknown[]): unknown {
    const words = describe(args);
    if (words !== null) note(name, words);
    return Reflect.apply(original, this, args) as unknown;
  });
}

/** net.connect hands over [[options, listener]], a person's call options or port and host; a pipe or a Unix socket has a path. */
function connectTarget([first, second]: readonly unknown[]): string | null {
  const target: unknown = Array.isArray(first) ? first[0] : first;
  if (typeof target !== 'object' || target === null) return typeof target === 'number' ? String(second) : null;
  const { path, host } = target as { readonly path?: unknown; readonly host?: unknown };
  return typeof path === 'string' ? null : typeof host === 'string' ? host : 'localhost';
}

noteCalls(net.Socket.prototype, 'connect', connectTarget);
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny']) {
  noteCalls(dns, name, ([host]) => String(host));
  noteCalls(dns.promises, name, ([host]) => String(host));
}
noteCalls(dgram.Socket.prototype, 'send', (args) => String(args.find((value) => typeof value === 'string') ?? '?'));
