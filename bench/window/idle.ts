/** A process that does nothing but watch its event loop: how late it is tells what the machine itself costs. JSON on SIGTERM. */
import { z } from 'zod';
import { runBench } from '../usage.ts';
import { LoopWatch } from './loop-watch.ts';

await runBench(
  {
    command: 'npx node bench/window/idle.ts',
    takes: '',
    help: 'Watches its own event loop until SIGTERM, then tells how late it was, as JSON. Started by bench/window/training.ts.',
    schema: z.strictObject({}),
    speaksJson: true,
  },
  () => {
    const watch = new LoopWatch();
    process.on('SIGTERM', () => {
      process.stdout.write(`${JSON.stringify({ delays: watch.close() })}\n`, () => process.exit(0));
    });
    process.stdout.write('{}\n');
    return 0;
  },
);
