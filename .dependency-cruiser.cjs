'use strict';
/**
 * Who may import whom (ARCHITECTURE.md, "Who may import whom"). One rule a room: what is not listed is forbidden.
 * Type imports count: a room that knows another's types depends on it. test/structure/imports.test.ts runs these rules.
 */

const npm = (...names) => names.map((name) => `(^|/)node_modules/(@types/)?${name}/`);

/**
 * @param {string} name the room, as a violation names it
 * @param {string} from its files
 * @param {string[]} may patterns of what it may import beside itself
 * @param {boolean} node whether it may use Node's own modules
 */
const room = (name, from, may, node) => ({
  name: `${name}-imports`,
  comment: `${name} may import: itself, ${may.join(', ') || 'nothing else'}${node ? ", Node's own modules" : ''}`,
  severity: 'error',
  from: { path: from },
  // What leads nowhere is no-unknown-module's to report.
  to: { couldNotResolve: false, pathNot: [from, ...may], ...(node ? { dependencyTypesNot: ['core'] } : {}) },
});

const SHARED = '^src/shared/';
const MESSAGES = '^src/main/trainer/messages\\.ts$';
/** Look at the engine's files and at what it is told, and load nothing: see the rule below. */
const LOOK = '^src/main/engine/tensorflow/(locate|levels)\\.ts$';
const PURE_MODEL = '^src/main/model/(vocabulary|safetensors|weights|random)\\.ts$';
const APP = '^src/main/app\\.ts$';
/** Where the program's own files are, and how threads are started: for every room that starts or reads one. */
const FILES = '^src/main/(program-files|start-thread)\\.ts$';
/** For the program's own version. */
const PACKAGE = '^package\\.json$';

module.exports = {
  forbidden: [
    room('shared', SHARED, npm('zod'), false),
    room('model', '^src/main/model/', [SHARED, '^src/main/engine/tensor-ops\\.ts$', ...npm('zod')], false),
    room(
      'engine',
      '^src/main/engine/',
      [
        SHARED,
        FILES,
        ...npm(
          '@tensorflow/tfjs-[a-z-]+',
          'webgpu',
          'node-api-headers',
          'yauzl',
          'env-paths',
          'proper-lockfile',
          'zod',
        ),
      ],
      true,
    ),
    room('trainer', '^src/main/trainer/', [SHARED, '^src/main/model/', '^src/main/engine/', ...npm('zod')], true),
    room('store', '^src/main/store/', [SHARED, FILES, ...npm('better-sqlite3', 'zod')], true),
    room(
      'services',
      '^src/main/services/',
      [
        SHARED,
        '^src/main/store/',
        FILES,
        MESSAGES,
        LOOK,
        PURE_MODEL,
        PACKAGE,
        ...npm('chardet', 'fastest-levenshtein', 'iconv-lite', 'env-paths', 'semver', 'zod'),
      ],
      true,
    ),
    {
      name: 'a-look-loads-nothing',
      comment:
        'the main process looks at the files of TensorFlow: what it imports for that reaches nothing that loads them',
      severity: 'error',
      from: { path: LOOK },
      to: {
        reachable: true,
        path: ['^src/main/engine/tensorflow/(binding|ops)\\.ts$', ...npm('@tensorflow/tfjs-[a-z-]+', 'webgpu')],
      },
    },
    room('api', '^src/main/api/', [SHARED, '^src/main/services/', ...npm('zod')], false),
    room('program-files', FILES, npm('zod'), true),
    room(
      'app',
      APP,
      [SHARED, FILES, '^src/main/(store|services|api)/', MESSAGES, PACKAGE, ...npm('env-paths', 'zod')],
      true,
    ),
    room(
      'headless',
      '^src/main/headless/',
      [
        SHARED,
        APP,
        FILES,
        '^src/main/(services|api)/',
        MESSAGES,
        PACKAGE,
        ...npm(
          'commander',
          'cli-progress',
          'cli-table3',
          'picocolors',
          'fastest-levenshtein',
          'env-paths',
          'ws',
          'sirv',
          'open',
          'electron-log',
          'zod',
        ),
      ],
      true,
    ),
    room(
      'desktop',
      '^src/main/desktop/',
      [
        SHARED,
        APP,
        FILES,
        '^src/main/(services|api)/',
        MESSAGES,
        PACKAGE,
        '^electron$',
        ...npm('electron', 'electron-log', 'electron-updater', 'zod'),
      ],
      true,
    ),
    room('preload', '^src/preload/', [SHARED, '^electron$', ...npm('electron')], false),
    room(
      'renderer',
      '^src/renderer/',
      [SHARED, ...npm('svelte', 'uplot', 'bits-ui', 'virtua', 'diff', '@fontsource-variable/[a-z0-9-]+')],
      false,
    ),
    {
      name: 'electron-only-in-its-shell',
      comment: 'Electron is imported in src/main/desktop and src/preload only: everything else runs without it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main/desktop|preload)/' },
      to: { path: ['^electron(/|$)', ...npm('electron')] },
    },
    {
      name: 'every-file-has-a-room',
      comment: 'a file of src belongs to one of the rooms above, or is src/main/app.ts',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/(shared|preload|renderer)/',
          '^src/main/(desktop|headless|api|services|store|trainer|engine|model)/',
          APP,
          FILES,
        ],
      },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'files that need each other are one file, or lack a third',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-unknown-module',
      comment: 'every import must lead to a file or to an installed package',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true, pathNot: '^electron$' },
    },
    {
      name: 'no-development-package',
      comment: 'what the program needs at run time stands in "dependencies"',
      severity: 'error',
      // What the window uses is bundled into it when Folio is built.
      from: { path: '^src/', pathNot: '^src/renderer/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['type-only'],
        pathNot: npm('@types/[a-z0-9-]+', 'electron'),
      },
    },
    {
      name: 'not-to-tests',
      comment: 'the program does not know its tests, benchmarks or scripts',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'default', 'types'],
    },
    moduleSystems: ['es6', 'cjs'],
  },
};
