/**
 * npx node scripts/package/sbom.ts OUT.json [--arch x64|arm64] [--tensorflow WHEEL|FOLDER] [--no-engine]
 *
 * A bill of materials (CycloneDX 1.6, JSON) of what a package for this system holds, from the same list as the notices. `npm sbom` would tell
 * of what is installed, which is more in some places (what the build leaves out) and less in others (Electron, TensorFlow, what is bundled).
 * The same build of the same commit gives the same file.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { z } from 'zod';
import { toErrorMessage } from '../../src/shared/errors.ts';
import { shippedComponents } from './notices.ts';
import { sourceDate } from './release.ts';
import type { Component } from './shipped.ts';

export interface Program {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly description: string;
}

const programSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  description: z.string(),
});

/**
 * The bill, as text.
 *
 * @param date of the commit that it was made from, so that the same commit gives the same bill
 */
export function billOfMaterials(
  program: Program,
  platform: string,
  components: readonly Component[],
  date: Date,
): string {
  const root = `folio@${program.version}`;
  const listed = components.map(componentEntry);
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: date.toISOString(),
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': root,
        name: program.name,
        version: program.version,
        description: program.description,
        licenses: [{ license: { id: program.license } }],
        properties: [{ name: 'folio:platform', value: platform }],
      },
    },
    components: listed,
    dependencies: [{ ref: root, dependsOn: listed.map((component) => component['bom-ref']) }],
  };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(bill))}`;
  return `${JSON.stringify({ ...bill, serialNumber }, null, 2)}\n`;
}

function componentEntry({ name, version, licence, role, purl, integrity }: Component): {
  readonly 'bom-ref': string;
} & Readonly<Record<string, unknown>> {
  const expression = /\s/.test(licence) ? [{ expression: licence }] : [{ license: { id: licence } }];
  return {
    type: ['Electron', 'Chromium', 'Node.js'].includes(name) ? 'framework' : 'library',
    'bom-ref': purl ?? [name, version].filter(Boolean).join('@'),
    name,
    ...(version === null ? {} : { version }),
    description: role,
    ...(integrity === null ? {} : { hashes: [{ alg: integrity.algorithm, content: integrity.hex }] }),
    licenses: expression,
    ...(purl === null ? {} : { purl }),
  };
}

/** A name for these very bytes, in the form of a random UUID. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What CycloneDX's own schema says against a bill; null when it is valid. */
export async function billProblem(bill: string): Promise<string | null> {
  const error: unknown = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bill);
  return error === null ? null : JSON.stringify(error).slice(0, 2000);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { arch: { type: 'string' }, tensorflow: { type: 'string' }, 'no-engine': { type: 'boolean' } },
  });
  const [out] = positionals;
  if (out === undefined) throw new Error('Name the file to write: npx node scripts/package/sbom.ts OUT.json');
  const root = resolve(import.meta.dirname, '../..');
  const platform = `${process.platform}-${values.arch ?? process.arch}`;
  const components = await shippedComponents({
    root,
    platform,
    tensorflow: values.tensorflow ?? null,
    engine: values['no-engine'] !== true,
    say: (line) => console.log(line),
  });
  const program = programSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const bill = billOfMaterials(program, platform, components, sourceDate(process.env));
  const problem = await billProblem(bill);
  if (problem !== null) throw new Error(`The bill of materials is not valid CycloneDX: ${problem}`);
  writeFileSync(out, bill);
  console.log(`${out}: ${components.length} components`);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(toErrorMessage(error).message);
    process.exitCode = 1;
  }
}
