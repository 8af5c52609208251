/** A process that does nothing but watch its event loop: how late it is tells what the machine itself costs. JSON on SIGTERM. */
import { LoopWatch } from './loop-watch.ts';

const watch = new LoopWatch();
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ delays: watch.close() })}\n`, () => process.exit(0));
});
process.stdout.write('{}\n');
