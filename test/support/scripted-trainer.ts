/**
 * A program in the trainer's place, forked as a real process: it does what its script (the environment variable
 * FOLIO_TEST_SCRIPT) says, without an engine.
 */
import type { FromTrainer, ToTrainer } from '../../src/main/trainer/messages.ts';

const script = process.env['FOLIO_TEST_SCRIPT'] ?? '';

function say(message: FromTrainer): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));

process.on('message', (value) => {
  const message = value as ToTrainer;
  void answer(message);
});

async function answer(message: ToTrainer): Promise<void> {
  switch (script) {
    case 'echo-environment':
      await say({
        type: 'installed',
        details: {
          purpose: process.argv[2] ?? '',
          level: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '',
          growth: process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ?? '',
          flags: process.execArgv.join(' '),
        },
      });
      return;
    case 'many-then-exit':
      for (let i = 0; i < 20; i++) void say({ type: 'text-grown', id: i, stream: 0, text: 'x'.repeat(2_000) });
      await say({ type: 'generated', id: 20, texts: [], charactersPerSecond: 1, cancelled: false });
      process.exit(0);
      return;
    case 'bytes':
      if (message.type === 'text') {
        await say({
          type: 'generated',
          id: message.bytes.reduce((sum, byte) => sum + byte, 0),
          texts: [message.bytes.constructor.name],
          charactersPerSecond: message.bytes.byteLength,
          cancelled: message.last,
        });
      }
      return;
    case 'noise':
      process.stderr.write('WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n');
      process.stderr.write('I0000 00:00:1 port.cc:153] oneDNN custom operations are on. You may see\n');
      process.stderr.write('cpu_feature_guard.cc:227] This TensorFlow binary is optimized\n');
      process.stderr.write(
        'To enable the following instructions: AVX2, in other operations, rebuild TensorFlow with\n',
      );
      process.stderr.write('F check failed: something real\n', () => process.exit(3));
      return;
    case 'crash':
      process.kill(process.pid, 'SIGSEGV');
      return;
    case 'install':
      await say({ type: 'install-progress', phase: 'download', done: 1, total: 2 });
      return; // and then never anything again
    default:
      throw new Error(`no script "${script}"`);
  }
}
