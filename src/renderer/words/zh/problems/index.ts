/**
 * 程序的错误、提示和原因都是英文句子（src/main、src/shared）。左边是句子的模板，右边是中文：`{0}` 是数值或名称；`{*0}` 是程序自己的话，会再用这里的模板
 * 翻译。右边的 `{0}` 可以换顺序，但一个也不能少。句号和冒号结尾的，中文也用句号和冒号结尾。test/renderer/problems.test.ts 会从源码中找出所有的句子，
 * 缺了或多余的都会报出来。
 */
import { app } from './app.ts';
import { devices } from './devices.ts';
import { engines } from './engines.ts';
import { packs } from './packs.ts';
import { keeping } from './keeping.ts';
import { record } from './record.ts';
import { runs } from './runs.ts';
import { texts } from './texts.ts';
import { updates } from './updates.ts';
import { weights } from './weights.ts';

/** 按范围分开，好让测试看出重复的。 */
export const areas: readonly Readonly<Record<string, string>>[] = [
  engines,
  devices,
  packs,
  texts,
  record,
  weights,
  runs,
  app,
  updates,
  keeping,
];

export const problems: ReadonlyMap<string, string> = new Map(areas.flatMap((area) => Object.entries(area)));
