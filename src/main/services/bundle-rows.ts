/** What the rows of a bundle must be: it comes from elsewhere, and nothing is believed before it is checked. */
import { z } from 'zod';
import { firstLookSchema, rejectedSchema } from '../../shared/beginning.ts';
import { storedConfigSchema } from '../../shared/config.ts';
import { RUN_STATUSES, ACTIVE_STATUSES } from '../../shared/domain.ts';
import { sampleSettingsSchema } from '../store/json-columns.ts';

const id = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Milliseconds since 1970, as a Date takes them. */
const moment = z.number().int().min(0).max(8.64e15);
/** SQLite knows infinity, and JSON does not; zod's numbers are JSON's. */
const real = z.custom<number>((value) => typeof value === 'number' && !Number.isNaN(value));
const loss = real.nullable();
const seconds = z.number().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const kind = z.enum(['epoch', 'recovery']);
const flag = z.union([z.literal(0), z.literal(1)]);

/** A column that holds JSON, parsed. */
function json<T extends z.ZodType>(schema: T): z.ZodType<z.output<T>, string> {
  return z.string().transform((text, context) => {
    const value = parsedOrUndefined(text);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom' }); // who asks says which column
    return z.NEVER;
  });
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON is
  }
}

/** JSON that is stored as it is once it was found to fit. */
const jsonText = (schema: z.ZodType): z.ZodType<string, string> =>
  z.string().refine((text) => json(schema).safeParse(text).success);

const characters = json(z.array(z.string()));
const status = z.enum(RUN_STATUSES).exclude([...ACTIVE_STATUSES]);

/** By table, the columns in the order of BUNDLE_TABLES. */
export const ROWS = {
  run: z.tuple([
    z.string(),
    status,
    z.string().max(20_000),
    z.string().min(1).max(60),
    z.string().max(60),
    z.string().max(2000),
    count,
    count,
    seconds,
    moment,
    moment,
    id.nullable(),
    json(z.array(z.string().min(1).max(200)).max(200)),
    z.string().max(20_000),
    json(storedConfigSchema),
    characters,
    jsonText(rejectedSchema),
    jsonText(firstLookSchema).nullable(),
    sha256.nullable(),
    z.string().max(1000).nullable(),
  ]),
  corpus: z.tuple([sha256, z.string().min(1).max(1000), z.string().max(200), count, characters]),
  corpus_chunk: z.tuple([count, z.enum(['zstd', 'brotli']), sha256]),
  metric: z.tuple([count, count, loss, loss, real, seconds, seconds]),
  epoch: z.tuple([id, count, count, flag, loss, loss, seconds, real, real]),
  checkpoint: z.tuple([
    id,
    kind,
    count,
    count,
    seconds,
    loss,
    loss,
    count,
    count,
    moment,
    sha256,
    z.string().max(20_000),
  ]),
  checkpoint_blob: z.tuple([id, z.enum(['weights', 'optimizer']), sha256]),
  sample: z.tuple([
    id,
    count,
    count.nullable(),
    count,
    id.nullable(),
    z.enum(['training', 'generate']),
    z.string().max(200),
    z.string().max(200),
    moment,
    jsonText(sampleSettingsSchema),
    z.string(),
    z.string(),
  ]),
} as const;
