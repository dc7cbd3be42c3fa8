export { type Handler, SCRIPTED_CAPABILITIES, type ScriptedImapOptions } from './options.ts';
export { type Fault, type FaultRule, type HeldAppends, type ScriptedImap, startScriptedImap } from './server.ts';
export type { Command, Session, TranscriptLine } from './session.ts';
export type { Account, Mailbox, StoredMessage } from './store.ts';
