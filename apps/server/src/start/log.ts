import { type DestinationStream, type Logger, pino } from 'pino';

/** Whatever part of the program logs an object, these never leave it. */
const SECRETS = [
  'password',
  'token',
  'accessToken',
  'credentials',
  'authorization',
  'cookie',
  '*.password',
  '*.token',
  '*.accessToken',
  '*.credentials',
  '*.authorization',
  '*.cookie',
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
];

/** One line of JSON per event, on stderr: stdout belongs to the command. */
export function createLog(options: { readonly level?: string; readonly destination?: DestinationStream } = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS, censor: '[secret]' },
    },
    options.destination ?? pino.destination({ fd: 2, sync: true }),
  );
}
