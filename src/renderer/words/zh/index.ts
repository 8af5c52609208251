/** 中文目录；类型与英文目录相同，因此一条也不会缺。 */
import type { Words } from '../en/index.ts';
import { common } from './common.ts';
import { compare } from './compare.ts';
import { errors } from './errors.ts';
import { generate } from './generate.ts';
import { glossary } from './glossary.ts';
import { history } from './history.ts';
import { licences } from './licences.ts';
import { keeping } from './keeping.ts';
import { newRun } from './new-run.ts';
import { problems } from './problems/index.ts';
import { packs } from './packs.ts';
import { run } from './run.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { texts } from './texts.ts';
import { updates } from './updates.ts';

export const zh: Words = {
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
  problems,
  run,
  settings,
  shell,
  texts,
  updates,
};
