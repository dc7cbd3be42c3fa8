/** UIDs and what Exchange knows a meeting by: [MS-OXOCAL] section 2.2.1.27, [MS-OXCICAL] section 2.1.3.1.1.20.26. */

/** PidLidGlobalObjectId; only a create can set it. */
export const GLOBAL_OBJECT_ID = 'Binary {6ed8da90-450b-101b-98da-00aa003f1305} Id 0x3';

const CLASS_ID = '040000008200e00074c5b7101a82e008';
const FOREIGN = Buffer.from('vCal-Uid\x01\0\0\0', 'latin1');

/** Base64. A UID of Exchange's own is hexadecimal; any other one is put into a frame. */
export function globalObjectId(uid: string): string {
  if (uid.toLowerCase().startsWith(CLASS_ID) && /^(?:[0-9a-f]{2}){41,}$/i.test(uid))
    return Buffer.from(uid, 'hex').toString('base64');
  const data = Buffer.concat([FOREIGN, Buffer.from(uid, 'utf8'), Buffer.from([0])]);
  const head = Buffer.alloc(40);
  head.write(CLASS_ID, 'hex');
  head.writeUInt32LE(data.length, 36);
  return Buffer.concat([head, data]).toString('base64');
}

/** The UID of an `iCalUId`: what is in its frame, where it has one. */
export function uidOf(iCalUId: string): string {
  if (!iCalUId.toLowerCase().startsWith(CLASS_ID)) return iCalUId;
  const data = Buffer.from(iCalUId, 'hex').subarray(40);
  if (!data.subarray(0, FOREIGN.length).equals(FOREIGN)) return iCalUId;
  return data.subarray(FOREIGN.length).toString('utf8').replace(/\0+$/, '');
}
