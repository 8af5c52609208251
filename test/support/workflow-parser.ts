/** GitHub's own reader of workflows, which knows what may stand in them. Its modules import JSON as bundlers have it, which Node refuses. */
import { registerHooks } from 'node:module';

/** What is wrong with a workflow, a line each. */
export type CheckWorkflow = (name: string, content: string) => Promise<string[]>;

export async function workflowChecker(): Promise<CheckWorkflow> {
  const hooks = registerHooks({
    load: (url, context, next) =>
      next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
  });
  try {
    const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
    return async (name, content) => {
      const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
      if (value !== undefined) await convertWorkflowTemplate(context, value);
      return [...new Set(context.errors.getErrors().map(({ message }) => message))];
    };
  } finally {
    hooks.deregister();
  }
}
