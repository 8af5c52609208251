/** The first loading of a new addon, in a process of its own: whatever it does there, it does it to nobody else. */
import { z } from 'zod';
import { FolioError } from '../../../shared/errors.ts';
import { boolAttribute, FLOAT, typeAttribute } from './attributes.ts';
import { loadAddon } from './binding.ts';
import type { Environment } from './paths.ts';
import { describe, lastLines, run } from './processes.ts';

/** Plain JavaScript for `node -e`: multiplies two matrices and prints what it found. */
const SCRIPT = `
const addon = { exports: {} };
process.dlopen(addon, process.argv[1]);
const b = addon.exports;
const id = b.createTensor([2, 2], b.TF_FLOAT, new Float32Array([1, 2, 3, 4]));
const flag = (name) => ({ name, type: b.TF_ATTR_BOOL, value: false });
const type = { name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT };
const [product] = b.executeOp('MatMul', [flag('transpose_a'), flag('transpose_b'), type], [id, id], 1);
const values = Array.from(b.tensorDataSync(product.id));
console.log(JSON.stringify({ version: b.TF_Version, gpu: b.isUsingGpuDevice(), values }));
`;

const reportSchema = z.object({ version: z.string().min(1), gpu: z.boolean(), values: z.array(z.number()) });

/** [[1, 2], [3, 4]] squared. */
const EXPECTED = [7, 10, 15, 22];

const REPORT = 'The engine wasm works without it. Please report this with the output of: folio doctor';

/**
 * Loads the addon in a new Node process and runs one operation.
 *
 * @param node the Node to run; Electron serves too
 * @throws FolioError 'install' when it does not load, dies, or computes wrongly.
 */
export async function tryAddon(
  file: string,
  options: { readonly node: string; readonly env: Environment; readonly signal?: AbortSignal | undefined },
): Promise<{ readonly version: string; readonly gpu: boolean }> {
  const env = {
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ...options.env,
    ELECTRON_RUN_AS_NODE: '1',
  };
  const outcome = await run(options.node, ['-e', SCRIPT, file], { ...options, env });
  if (outcome.type !== 'exited' || outcome.code !== 0) {
    const said = outcome.type === 'not found' ? '' : lastLines(outcome.stderr, 12);
    throw new FolioError(
      'install',
      `TensorFlow was built, but does not run on this machine (${describe(outcome)}):\n${said || '(it said nothing)'}`,
      /GLIBC/.test(said) ? 'It needs a newer Linux (glibc 2.27). The engine wasm works without it.' : REPORT,
    );
  }
  let report: z.infer<typeof reportSchema>;
  try {
    report = reportSchema.parse(JSON.parse(lastLines(outcome.stdout, 1)));
  } catch (error) {
    throw new FolioError(
      'install',
      `TensorFlow's trial printed something unexpected: ${outcome.stdout.slice(0, 200)}`,
      REPORT,
      { cause: error },
    );
  }
  refuseWrong(report.values);
  return { version: report.version, gpu: report.gpu };
}

/**
 * The same in this process, for where no other can be started as Node: a package of Folio does not let its Electron be used so. For a process
 * that lives for nothing else; a crash is then its end, and told by who started it.
 *
 * @throws FolioError 'install' when it computes wrongly, 'engine' when it does not load.
 */
export function tryAddonHere(file: string): { readonly version: string; readonly gpu: boolean } {
  const binding = loadAddon(file, REPORT);
  const input = binding.createTensor([2, 2], FLOAT, new Float32Array([1, 2, 3, 4]));
  const attributes = [
    boolAttribute('transpose_a', false),
    boolAttribute('transpose_b', false),
    typeAttribute('T', FLOAT),
  ];
  const [product] = binding.executeOp('MatMul', attributes, [input, input], 1);
  refuseWrong(product === undefined ? [] : Array.from(binding.tensorDataSync(product.id), Number));
  return { version: binding.TF_Version, gpu: binding.isUsingGpuDevice() };
}

function refuseWrong(values: readonly number[]): void {
  if (values.length === EXPECTED.length && values.every((value, i) => value === EXPECTED[i])) return;
  throw new FolioError(
    'install',
    `TensorFlow computes wrongly on this machine: ${values.join(', ')} instead of ${EXPECTED.join(', ')}.`,
    REPORT,
  );
}
