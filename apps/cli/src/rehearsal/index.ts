export { isSound, type RehearsalReport } from './report.ts';
export { reportLines } from './report-text.ts';
export { runRehearsal } from './run-rehearsal.ts';
