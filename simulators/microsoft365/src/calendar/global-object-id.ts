/**
 * The GlobalObjectId by which calendars know a meeting, and the uid that Graph makes of it: the hexadecimal form, or,
 * where the meeting came from an iCalendar with a UID of its own, that UID.
 * [MS-OXOCAL] PidLidGlobalObjectId, [MS-OXCICAL] UID
 */

export const globalObjectId = 'Binary {6ed8da90-450b-101b-98da-00aa003f1305} Id 0x3';
/** The same without the date of an instance. */
export const cleanGlobalObjectId = 'Binary {6ed8da90-450b-101b-98da-00aa003f1305} Id 0x23';

const classId = '040000008200e00074c5b7101a82e008';
const foreign = Buffer.from('vCal-Uid\x01\0\0\0', 'latin1');

/** @returns undefined for bytes that aren't a GlobalObjectId */
export function uidOf(id: Buffer): string | undefined {
  if (id.length < 40 || id.toString('hex', 0, 16) !== classId) return undefined;
  const data = id.subarray(40);
  if (data.length !== id.readUInt32LE(36)) return undefined;
  if (data.subarray(0, foreign.length).equals(foreign)) {
    return data.subarray(foreign.length).toString('utf8').replace(/\0$/, '');
  }
  const clean = Buffer.from(id);
  clean.fill(0, 16, 20);
  return clean.toString('hex').toUpperCase();
}

/**
 * @param date of an instance, `YYYY-MM-DD`; undefined for the meeting as a whole
 */
export function globalObjectIdOf(uid: string, date: string | undefined): Buffer {
  const id = uid.toLowerCase().startsWith(classId) ? Buffer.from(uid, 'hex') : foreignId(uid);
  if (date === undefined) return id;
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  id.writeUInt16BE(year, 16);
  id[18] = month;
  id[19] = day;
  return id;
}

function foreignId(uid: string): Buffer {
  const data = Buffer.concat([foreign, Buffer.from(uid), Buffer.from([0])]);
  const head = Buffer.alloc(40);
  head.write(classId, 'hex');
  head.writeUInt32LE(data.length, 36);
  return Buffer.concat([head, data]);
}

/** The uid of one instance: its GlobalObjectId, which has its date in it. */
export function instanceUid(uid: string, date: string): string {
  return globalObjectIdOf(uid, date).toString('hex').toUpperCase();
}
