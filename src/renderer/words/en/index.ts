/** The catalogue: every word that a person reads in the window. The Chinese one has this one's type, so that none can be missing. */
import { common } from './common.ts';
import { compare } from './compare.ts';
import { errors } from './errors.ts';
import { generate } from './generate.ts';
import { glossary } from './glossary.ts';
import { history } from './history.ts';
import { licences } from './licences.ts';
import { keeping } from './keeping.ts';
import { newRun } from './new-run.ts';
import { packs } from './packs.ts';
import { run } from './run.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { texts } from './texts.ts';
import { updates } from './updates.ts';

export const en = {
  common,
  compare,
  errors,
  generate,
  glossary,
  history,
  licences,
  keeping,
  newRun,
  packs,
  /** What the program says, by its English sentence (lib/program-words.ts): English is its own language. */
  problems: new Map() as ReadonlyMap<string, string>,
  run,
  settings,
  shell,
  texts,
  updates,
};

export type Words = typeof en;
export type TermName = keyof Words['glossary'];
