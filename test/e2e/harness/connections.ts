/**
 * The network connections of a process and all its children, as Linux's /proc tells them: sockets are found by their inodes, and looked at
 * many times a second.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Connection {
  readonly protocol: string;
  readonly local: string;
  /** Empty for a socket that listens or is not connected. */
  readonly remote: string;
}

const TABLES = ['tcp', 'tcp6', 'udp', 'udp6'] as const;
const LOOK_EVERY_MS = 40;

/** A process and all that descend from it, those in sessions of their own included. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(readOrEmpty(`/proc/${entry}/stat`))?.[1];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const tree = [pid];
  for (const known of tree) {
    for (const [child, parent] of parents) if (parent === known) tree.push(child);
  }
  return tree;
}

/** The command line of a process, its parts separated by spaces; empty when it is gone. */
export function commandLine(pid: number): string {
  return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** Everything of these processes that is open towards a network, loopback included. */
export function connectionsOf(pids: readonly number[]): Connection[] {
  const inodes = new Set(pids.flatMap(socketInodes));
  if (inodes.size === 0) return [];
  return TABLES.flatMap((protocol) => {
    // The tables are those of the network namespace, which the processes share with this one.
    const rows = readOrEmpty(`/proc/net/${protocol}`).split('\n').slice(1);
    return rows.flatMap((row) => {
      const [, local, remote, , , , , , , inode] = row.trim().split(/\s+/);
      if (local === undefined || remote === undefined || inode === undefined || !inodes.has(inode)) return [];
      const there = address(remote);
      return [{ protocol, local: address(local), remote: there.endsWith(':0') ? '' : there }];
    });
  });
}

/** Whether a connection stays on this machine: both its ends, so that a server that listens to the outside is seen too. */
export function staysHere({ local, remote }: Connection): boolean {
  return isLoopback(local) && (remote === '' || isLoopback(remote));
}

/** Looks until it is closed, and remembers everything that did not stay on this machine. */
export class ConnectionWatch {
  readonly #pid: number;
  readonly #strangers = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  /** @param everyMs how often it looks: each look goes through all open files of the processes */
  constructor(pid: number, everyMs: number = LOOK_EVERY_MS) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.look(), everyMs);
    this.#timer.unref();
  }

  /** What led away from this machine, in words. */
  get strangers(): readonly string[] {
    return [...this.#strangers];
  }

  /** How many different connections were seen, loopback included: the proof that the watch sees any. */
  get seen(): number {
    return this.#seen.size;
  }

  look(): void {
    for (const connection of connectionsOf(processTree(this.#pid))) {
      const words = `${connection.protocol} ${connection.local} -> ${connection.remote || '(listens)'}`;
      this.#seen.add(words);
      if (!staysHere(connection)) this.#strangers.add(words);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function socketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed since it was listed
      }
    });
  } catch {
    return []; // it has just ended
  }
}

/** "0100007F:1F90" as "127.0.0.1:8080"; IPv6 as its 32 digits in the network's order. */
export function address(hexadecimal: string): string {
  const [host = '', port = ''] = hexadecimal.split(':');
  const bytes = (host.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const name = bytes.length === 4 ? bytes.map((byte) => Number.parseInt(byte, 16)).join('.') : bytes.join('');
  return `${name}:${Number.parseInt(port, 16)}`;
}

function isLoopback(place: string): boolean {
  const host = place.slice(0, place.lastIndexOf(':')).toLowerCase();
  return host.startsWith('127.') || host === `${'0'.repeat(31)}1` || /^0{20}f{4}7f/.test(host);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
