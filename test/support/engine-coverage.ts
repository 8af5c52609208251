import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { ENGINE_NAMES, type EngineName } from '../../src/shared/domain.ts';

/** `npm test` names a file here; tests add a line for each engine that they ran on, or could not and why. */
const COVERAGE_FILE = 'FOLIO_TEST_COVERAGE';
/** Which engines the tests may use, separated by commas. Unset: all. */
const ENGINES = 'FOLIO_TEST_ENGINES';

const noteSchema = z.strictObject({ engine: z.enum(ENGINE_NAMES), covered: z.boolean(), reason: z.string() });
export type EngineNote = z.infer<typeof noteSchema>;

/** Whether the tests may use an engine at all (FOLIO_TEST_ENGINES). */
export function engineWanted(engine: EngineName, environment: NodeJS.ProcessEnv = process.env): boolean {
  const wanted = environment[ENGINES]?.trim() ?? '';
  return wanted === '' || wanted.split(',').some((name) => name.trim() === engine);
}

/** Tells the end of the run that tests ran on this engine (`reason`: its device), or why they could not. */
export function noteEngine(engine: EngineName, covered: boolean, reason: string): void {
  const file = process.env[COVERAGE_FILE];
  const note: EngineNote = { engine, covered, reason };
  if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify(note)}\n`);
}

/** One line: the engines that the tests ran on, and those that they did not and why. */
export function engineCoverage(file: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // No test named an engine: the line below says so.
  }
  const notes = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => noteSchema.parse(JSON.parse(line)));
  const parts = ENGINE_NAMES.map((engine) => {
    const own = notes.filter((note) => note.engine === engine);
    const ran = own.find((note) => note.covered);
    if (ran !== undefined) return `${engine} covered (${ran.reason})`;
    if (!engineWanted(engine)) return `${engine} not covered (left out by ${ENGINES})`;
    return `${engine} not covered (${own[0]?.reason ?? 'no test asked for it'})`;
  });
  return `Engines: ${parts.join('; ')}`;
}
