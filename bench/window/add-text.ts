/** node add-text.ts DATA_DIR FILE: stores a text as the window does, and prints its record. */
import { z } from 'zod';
import { createApp } from '../../src/main/app.ts';
import { startTrainer } from '../../src/main/headless/trainer-process.ts';

const [dataDir, file] = z.tuple([z.string().min(1), z.string().min(1)]).parse(process.argv.slice(2));
const app = createApp({ dataDir, startTrainer, mode: 'write' });
const corpus = await app.corpora.add(file, () => undefined);
process.stdout.write(`${JSON.stringify(corpus)}\n`);
app.close();
