import { expect, it } from 'vitest';
import { z } from 'zod';
import { JsonChild } from '../../bench/window/child.ts';

const schema = z.object({ step: z.number() });
const child = (script: string): JsonChild => new JsonChild(['-e', script]);

it('the lines of a process are read one by one, up to its end', async () => {
  const talking = child('console.log(`{"step":1}\\n{"step":2}`)');
  expect(await talking.nextAs(schema)).toEqual({ step: 1 });
  expect(await talking.next()).toEqual({ step: 2 });
  expect(await talking.next()).toBeNull();
});

it('a process that ends before, tells a problem or something else is told of in words', async () => {
  await expect(child('').nextAs(schema)).rejects.toThrow(/^-e came to no result$/);
  const problem = child('console.log(JSON.stringify({ error: { message: "it is lost" } }))');
  await expect(problem.nextAs(schema)).rejects.toThrow(/^-e came to no result$/);
  await expect(child('console.log(`{"step":"x"}`)').nextAs(schema)).rejects.toThrow(
    /^-e told something else:\n.*expected number.*\n.*step/,
  );
});
