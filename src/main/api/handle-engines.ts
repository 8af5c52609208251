import type { Jobs, RequestHandlers } from './handlers.ts';
import type { ApiServices } from './services.ts';

export function engineHandlers({ engines }: ApiServices): Pick<RequestHandlers, 'engines:known'> {
  return { 'engines:known': () => engines.known() };
}

export function engineJobs({ engines }: ApiServices): Pick<Jobs, 'engines:probe' | 'engines:install'> {
  return {
    'engines:probe': ({ engines: wanted }, emit, signal) => engines.probe(wanted, emit, signal),
    'engines:install': ({ build }, emit, signal) =>
      engines.install(build, ({ phase, done, total }) => emit({ phase, done, total }), signal),
  };
}
