/** Where one can be, and how that is written behind the address's #. */

/** One epoch of one run. */
export interface Frame {
  readonly run: number;
  readonly epoch: number;
}

/** How what differs between two texts is marked. */
export type Marks = 'words' | 'characters' | 'off';

export type Route =
  | { readonly screen: 'new'; readonly from: number | null; readonly corpus: number | null }
  | { readonly screen: 'runs' }
  | { readonly screen: 'run'; readonly run: number }
  /** `left` and `right` are what the two panes show; `runs` are the overlaid curves, the first pinned as the baseline. */
  | {
      readonly screen: 'compare';
      readonly left: Frame | null;
      readonly right: Frame | null;
      readonly runs: readonly number[];
      /** Which of the prompts that the two runs have, 0 (as when it is absent) for the first; the temperature; how differences are marked. */
      readonly prompt?: number;
      readonly temperature?: number;
      readonly marks?: Marks;
    }
  | { readonly screen: 'generate'; readonly run: number | null; readonly epoch: number | 'best' | 'last' }
  | { readonly screen: 'texts' }
  | { readonly screen: 'settings' };

export type ScreenName = Route['screen'];
export type CompareRoute = Extract<Route, { screen: 'compare' }>;

/** The route that an address names; the list of runs for one that names nothing. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [screen, argument] = path.split('/');
  const parameters = new URLSearchParams(query);
  switch (screen) {
    case 'new':
      return { screen, from: whole(parameters.get('from')), corpus: whole(parameters.get('corpus')) };
    case 'run': {
      const run = whole(argument ?? null);
      return run === null ? { screen: 'runs' } : { screen, run };
    }
    case 'compare': {
      const prompt = whole(parameters.get('prompt'));
      const temperature = parameters.get('temperature');
      const marks = parameters.get('marks');
      return {
        screen,
        left: frame(parameters.get('left')),
        right: frame(parameters.get('right')),
        runs: (parameters.get('runs') ?? '')
          .split(',')
          .map(whole)
          .filter((run) => run !== null),
        ...(prompt === null ? {} : { prompt }),
        ...(temperature !== null && /^\d{1,2}(\.\d{1,6})?$/.test(temperature)
          ? { temperature: Number(temperature) }
          : {}),
        ...(marks === 'words' || marks === 'characters' || marks === 'off' ? { marks } : {}),
      };
    }
    case 'generate':
      return { screen, run: whole(parameters.get('run')), epoch: epoch(parameters.get('epoch')) };
    case 'texts':
    case 'settings':
      return { screen };
    default:
      return { screen: 'runs' };
  }
}

/** The address of a route, from its # on. */
export function addressOf(route: Route): string {
  switch (route.screen) {
    case 'new':
      return withQuery('#/new', { from: route.from, corpus: route.corpus });
    case 'run':
      return `#/run/${route.run}`;
    case 'compare':
      return withQuery('#/compare', {
        left: route.left === null ? null : `${route.left.run}:${route.left.epoch}`,
        right: route.right === null ? null : `${route.right.run}:${route.right.epoch}`,
        runs: route.runs.length === 0 ? null : route.runs.join(','),
        prompt: route.prompt ?? null,
        temperature: route.temperature ?? null,
        marks: route.marks ?? null,
      });
    case 'generate':
      return withQuery('#/generate', { run: route.run, epoch: route.run === null ? null : route.epoch });
    case 'runs':
    case 'texts':
    case 'settings':
      return `#/${route.screen}`;
  }
}

function withQuery(path: string, values: Readonly<Record<string, string | number | null>>): string {
  const parameters = Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]));
  return parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
}

function whole(written: string | null): number | null {
  return written !== null && /^\d{1,15}$/.test(written) ? Number(written) : null;
}

function frame(written: string | null): Frame | null {
  const [run, at] = (written ?? '').split(':').map(whole);
  return run === null || run === undefined || at === null || at === undefined ? null : { run, epoch: at };
}

function epoch(written: string | null): number | 'best' | 'last' {
  return written === 'best' || written === 'last' ? written : (whole(written) ?? 'last');
}
