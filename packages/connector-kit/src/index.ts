export * from './capabilities.ts';
export * from './compose.ts';
export * from './connector.ts';
export * from './fidelity-note.ts';
export * from './network.ts';
export * from './parallel.ts';
export * from './reader.ts';
export * from './writer.ts';
