/**
 * Finds every sentence that the program says to people, in its source: the messages and hints of its errors, and the reasons that it
 * gives. A sentence is a template: its gaps are numbered, `{0}` for a value (a name, a number), `{*0}` for words of the program,
 * which are templates of their own. What a window shows in another language can so be proven to be whole.
 */
import { relative, resolve } from 'node:path';
import ts from 'typescript';
import { hintForWindow } from '../../src/renderer/lib/hints.ts';
import {
  decide,
  gap,
  isGap,
  isWords,
  joined,
  merged,
  numbered,
  sentenceTemplates,
  text,
  unique,
  type Template,
} from './sentence-templates.ts';
import { bare, type SourceIndex } from './source-index.ts';

const root = resolve(import.meta.dirname, '../..');

export interface ProgramSentence {
  readonly template: string;
  /** Where the source says it, as `path:line`. */
  readonly where: string;
}

/** Properties that hold words for people wherever an object literal has them. */
const SAID = new Set(['message', 'hint', 'reason', 'statusReason', 'readOnlyReason', 'note', 'damage', 'device']);
/** Parameters that do, of the program's own functions. */
const PASSED = new Set(['reason', 'note', 'device']);
const DEEPEST = 12;

/** What can reach a window: all but the command line's own words. */
export function programFiles(): string[] {
  const fileNames = ['src/main', 'src/shared'].flatMap((folder) =>
    ts.sys.readDirectory(resolve(root, folder), ['.ts']),
  );
  // The one file of the window that speaks like the program: what the browser itself could not do.
  return [...fileNames, resolve(root, 'src/renderer/api.ts')].filter((path) => {
    // The desktop shell has its own catalogue, and what preflight finds a window says by its code.
    return !/\/headless\/(?!serve\/)|\/desktop\/words|\/preflight/.test(path.replaceAll('\\', '/'));
  });
}

/** The sentences of a program's files. @param files those to search, where not all of the index */
export function programSentences(index: SourceIndex, files = index.files): ProgramSentence[] {
  return new Search(index).inFiles(files);
}

class Search {
  readonly #index: SourceIndex;
  readonly #found = new Map<string, ProgramSentence>();
  /** Expressions that were looked at, and whether there are words in them; null while it is not yet known. */
  readonly #looked = new Map<ts.Expression, boolean | null>();

  constructor(index: SourceIndex) {
    this.#index = index;
  }

  inFiles(files: readonly ts.SourceFile[]): ProgramSentence[] {
    for (const file of files) this.#visit(file);
    return [...this.#found.values()];
  }

  #visit(node: ts.Node): void {
    if (
      (ts.isNewExpression(node) && node.expression.getText() === 'FolioError') ||
      (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword && extendsFolioError(node))
    ) {
      const [code, message, hint] = node.arguments ?? [];
      // A defect is reported to its makers, in the words of the source; one with a hint speaks to a person.
      if (code?.getText() !== "'internal'" || hint !== undefined) {
        if (message !== undefined) this.#say(message, false);
        if (hint !== undefined) this.#say(hint, true);
      }
    }
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      this.#index.parametersOf(node).forEach((name, place) => {
        const argument = node.arguments?.[place];
        if (PASSED.has(name) && argument !== undefined) this.#say(argument, false);
      });
    }
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isPropertyAccessExpression(node.left) &&
      SAID.has(node.left.name.text)
    ) {
      this.#say(node.right, node.left.name.text === 'hint');
    }
    if (ts.isPropertyAssignment(node) && SAID.has(node.name.getText())) {
      this.#say(node.initializer, node.name.getText() === 'hint');
    }
    if (ts.isShorthandPropertyAssignment(node) && SAID.has(node.name.getText())) {
      this.#say(node.name, node.name.getText() === 'hint');
    }
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  /** Enters the sentences of an expression, and those that can stand in its gaps. @returns whether there are any */
  #say(expression: ts.Expression, isHint: boolean): boolean {
    const known = this.#looked.get(expression);
    if (known !== undefined) return known ?? false;
    this.#looked.set(expression, null);
    const { line } = expression.getSourceFile().getLineAndCharacterOfPosition(expression.getStart());
    const where = `${relative(root, expression.getSourceFile().fileName)}:${line + 1}`;
    let words = false;
    for (const { parts } of this.#expand(expression, isHint, 0)) {
      const whole = numbered(parts);
      const shown = isHint ? hintForWindow(whole) : whole;
      for (const sentence of shown === null ? [] : sentenceTemplates(shown)) {
        // A gap alone says nothing of its own; what can stand in it is said elsewhere.
        words ||= /\{\*/.test(sentence);
        if (!isWords(sentence)) continue;
        words = true;
        this.#enter(sentence, where);
      }
    }
    this.#looked.set(expression, words);
    return words;
  }

  /** Two sentences that differ in their gaps only are one. */
  #enter(template: string, where: string): void {
    const form = template.replaceAll('{*', '{');
    const known = this.#found.get(form);
    this.#found.set(
      form,
      known === undefined ? { template, where } : { ...known, template: merged(known.template, template) },
    );
  }

  /** All that an expression can say. */
  #expand(expression: ts.Expression, isHint: boolean, depth: number): Template[] {
    const node = bare(expression);
    if (depth > DEEPEST) return [gap(false)];
    if (ts.isStringLiteralLike(node)) return [text(node.text)];
    if (ts.isTemplateExpression(node)) {
      return node.templateSpans.reduce(
        (before, span) => joined([before, this.#expand(span.expression, isHint, depth + 1), [text(span.literal.text)]]),
        [text(node.head.text)],
      );
    }
    if (ts.isBinaryExpression(node)) {
      const sides = (): Template[][] => [
        this.#expand(node.left, isHint, depth + 1),
        this.#expand(node.right, isHint, depth + 1),
      ];
      switch (node.operatorToken.kind) {
        case ts.SyntaxKind.PlusToken:
          return this.#index.isText(node) ? joined(sides()) : [gap(false)];
        case ts.SyntaxKind.QuestionQuestionToken:
        case ts.SyntaxKind.BarBarToken:
          // What only satisfies the compiler (`list.pop() ?? ''`) says nothing.
          return unique(isEmptyText(node.right) ? this.#expand(node.left, isHint, depth + 1) : sides().flat());
        default:
          return [gap(false)];
      }
    }
    if (ts.isConditionalExpression(node)) {
      const condition = node.condition.getText();
      const branch = (way: ts.Expression, value: boolean): Template[] =>
        this.#expand(way, isHint, depth + 1).flatMap((template) => decide(template, condition, value));
      const [yes, no] = [branch(node.whenTrue, true), branch(node.whenFalse, false)];
      if (isEmptyText(node.whenFalse) && yes.every(isGap)) return yes;
      return unique([...yes, ...no]);
    }
    if (ts.isIdentifier(node) && node.text === 'undefined') return [];
    if (node.kind === ts.SyntaxKind.NullKeyword) return [];
    if (!this.#index.isText(node)) return [gap(false)];
    const constant = this.#index.constant(node);
    if (constant !== null) return this.#expand(constant, isHint, depth + 1);
    const literals = this.#index.literalsFor(node);
    if (literals.length > 0 && literals.every(isWords)) return literals.map(text);
    return [gap(this.#wordsIn(node, isHint))];
  }

  /** Whether words of the program can stand where this value stands; they are entered. */
  #wordsIn(node: ts.Expression, isHint: boolean): boolean {
    const property = this.#index.propertyOf(node);
    // What another error says, whichever it is, is found by itself.
    if (property === 'message' || property === 'hint') return true;
    // What Folio's own server answered to an upload.
    if (/^await \w+\.text\(\)$/.test(node.getText())) return true;
    // What a person called a run or a text.
    if (property === 'name') return false;
    const found = this.#index.sourcesOf(node).map((source) => this.#say(source, isHint));
    const codes = this.#index.codesOf(node).filter(isWords);
    for (const code of codes) this.#enter(code, 'a type');
    return found.includes(true) || codes.length > 0 || SAID.has(property ?? '');
  }
}

/** Of a call of `super`: whether the class is an error of Folio's, which hands its words on. */
function extendsFolioError(node: ts.Node): boolean {
  let around: ts.Node = node;
  while (!ts.isSourceFile(around) && !ts.isClassLike(around)) around = around.parent;
  return ts.isClassLike(around) && (around.heritageClauses ?? []).some((one) => /\bFolioError\b/.test(one.getText()));
}

function isEmptyText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) && node.text === '';
}
