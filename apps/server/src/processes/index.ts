export { Fleet } from './fleet.ts';
export { environment, type Program, readyLine, startProgram } from './program.ts';
