/** The watches of the end-to-end tests see what they are there for. */
import { createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { address, connectionsOf, ConnectionWatch, processTree, staysHere } from './harness/connections.ts';
import { startedChromium } from './harness/chromium.ts';
import { describeInBrowser, EndToEnd, launchChromium } from './harness/end-to-end.ts';

describe.skipIf(process.platform !== 'linux')(
  'the watch of connections (skipped: it looks into /proc, on Linux only)',
  () => {
    it('reads addresses as the kernel writes them', () => {
      expect(address('0100007F:1F90')).toBe('127.0.0.1:8080');
      expect(address('00000000000000000000000001000000:0050')).toBe('00000000000000000000000000000001:80');
    });

    it('tells what stays on this machine', () => {
      const stays = (local: string, remote: string): boolean =>
        staysHere({ protocol: 'tcp', local: address(local), remote: remote === '' ? '' : address(remote) });
      expect(stays('0100007F:1F90', '')).toBe(true);
      expect(stays('0100007F:1F90', '0100007F:0050')).toBe(true);
      expect(stays('00000000000000000000000001000000:0050', '')).toBe(true);
      expect(stays('0000000000000000FFFF00000100007F:0050', '0000000000000000FFFF00000100007F:0051')).toBe(true);
      expect(stays('00000000:1F90', '')).toBe(false); // listens to everyone
      expect(stays('0100007F:1F90', '08080808:0035')).toBe(false);
    });

    it('sees the sockets of a child, and that one of them listens to everyone', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      expect(connectionsOf([process.pid]).every(staysHere)).toBe(true);
      server.close();

      const script = "require('net').createServer().listen(0, '0.0.0.0', () => console.log('up'))";
      const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'ignore'] });
      const watch = new ConnectionWatch(process.pid);
      try {
        await once(child.stdout, 'data');
        expect(processTree(process.pid)).toContain(child.pid);
        watch.look();
        expect(watch.strangers).toHaveLength(1);
        expect(watch.strangers[0]).toMatch(/^tcp 0\.0\.0\.0:\d+ -> \(listens\)$/);
      } finally {
        watch.close();
        child.kill();
        await once(child, 'exit');
      }
    });
  },
);

/** An address of this machine that is not loopback: what goes there is a connection to the outside, and leaves nothing. */
const OUTSIDE = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.internal === false && one.family === 'IPv4')?.address;

describeInBrowser('the watch of the browser', () => {
  it.skipIf(OUTSIDE === undefined)('sees a connection of Chromium’s that leads outside', async () => {
    const accepted: Socket[] = [];
    const server = createServer((socket) => accepted.push(socket)).listen(0, OUTSIDE);
    await once(server, 'listening');
    const place = server.address();
    if (place === null || typeof place === 'string') throw new Error('the server has no port');
    const browser = await launchChromium();
    const watch = new ConnectionWatch(startedChromium());
    try {
      const page = await browser.newPage();
      watch.look();
      expect(watch.strangers).toEqual([]);
      void page.goto(`http://${OUTSIDE}:${place.port}/`).catch(() => undefined); // nobody answers
      await expect.poll(() => watch.strangers.join()).toMatch(new RegExp(`^tcp .+ -> ${OUTSIDE}:${place.port}$`));
    } finally {
      watch.close();
      await browser.close();
      for (const socket of accepted) socket.destroy();
      server.close();
    }
  });
});

describeInBrowser('the watch of the page', () => {
  const all = EndToEnd.use();

  it('sees requests that leave, errors, and promises that nobody caught', async () => {
    await all.serve(all.folder());
    const window = await all.window();
    expect(window.problems()).toEqual([]);
    expect(window.requestsSeen).toBeGreaterThan(3);
    const provoked: readonly (readonly [script: string, seen: RegExp])[] = [
      [`void Promise.reject(new Error('uncaught'))`, /an error in the page: .*uncaught/],
      [`setTimeout(() => { throw new Error('thrown') })`, /an error in the page: .*thrown/],
      [`console.error('said')`, /an error in the console: said/],
      [`console.warn('warned')`, /a warning in the console: warned/],
      [`void fetch('http://192.0.2.1/').catch(() => undefined)`, /192\.0\.2\.1/], // the page's policy stops it
    ];
    for (const [script, seen] of provoked) {
      await window.page.evaluate(script);
      await expect.poll(() => window.problems().join('\n')).toMatch(seen);
    }
    expect(all.folio.connectionsSeen).toBeGreaterThan(0);
    expect(all.folio.strangers()).toEqual([]);
    expect(all.browserWatch.seen).toBeGreaterThan(0);
    expect(all.browserStrangers()).toEqual([]);
  });
});
