/**
 * `sterna-simulator microsoft365 --port N --seed S --size small|medium|large`: starts a simulator, says where it is in
 * one line of JSON on stdout, and serves until it is ended.
 */
import { parseArgs } from 'node:util';
import { SYSTEMS } from './systems.ts';

const USAGE = `sterna-simulator ${Object.keys(SYSTEMS).join('|')} [--port N] [--seed TEXT] [--size small|medium|large]`;

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      seed: { type: 'string', default: 'sterna' },
      size: { type: 'string', default: 'small' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(`${USAGE}\n`);
  else await serve(positionals, values);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}

async function serve(positionals: string[], { port, seed, size }: { port: string; seed: string; size: string }) {
  const start = SYSTEMS[positionals[0] ?? ''];
  if (start === undefined || positionals.length !== 1) throw new Error('Say which system to simulate.');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`${port} is no port.`);
  if (size !== 'small' && size !== 'medium' && size !== 'large') throw new Error(`${size} is no size.`);
  const running = await start({ port: Number(port), seed, size });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.stop().then(() => process.exit(0)));
  }
  process.stdout.write(`${JSON.stringify(running.about)}\n`);
}
