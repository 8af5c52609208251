/** Stores a text as the window does, and prints its record. For bench/window/training.ts. */
import { z } from 'zod';
import { createApp } from '../../src/main/app.ts';
import { startTrainer } from '../../src/main/headless/trainer-process.ts';
import { text } from '../arguments.ts';
import { runBench } from '../usage.ts';

await runBench(
  {
    command: 'npx node bench/window/add-text.ts',
    takes: 'DATA_DIR FILE',
    help: 'Stores a text as the window does, and prints its record as JSON. Started by bench/window/training.ts.',
    positionals: ['data_dir', 'file'],
    schema: z.strictObject({ data_dir: text('the folder of a record'), file: text('the name of a text file') }),
    speaksJson: true,
  },
  async ({ data_dir: dataDir, file }) => {
    const app = createApp({ dataDir, startTrainer, mode: 'write' });
    const corpus = await app.corpora.add(file, () => undefined);
    process.stdout.write(`${JSON.stringify(corpus)}\n`);
    app.close();
    return 0;
  },
);
