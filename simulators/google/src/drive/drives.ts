import { Random, stateOf } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { Corpus } from './corpus.ts';
import { DirectoryPrincipals } from './principals.ts';

/** All files of a cloud. */
export const corpusOf = stateOf((cloud: Cloud) => {
  const corpus = new Corpus(new DirectoryPrincipals(cloud), new Random(cloud.ids.token(20)));
  Object.assign(corpus.behaviour, cloud.assumptions.drive);
  return corpus;
});
