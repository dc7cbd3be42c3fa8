export * from './load.ts';
export * from './project-capacity.ts';
export * from './reckon.ts';
