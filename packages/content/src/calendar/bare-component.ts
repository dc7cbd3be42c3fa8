import { writeComponents } from '../lines/write-lines.ts';

/** An iCalendar object with this UID and nothing else. @param name `VEVENT` | `VTODO` */
export const bareComponent = (name: string, uid: string): Buffer =>
  writeComponents([
    {
      name: 'VCALENDAR',
      properties: [],
      components: [
        { name, properties: [{ group: undefined, name: 'UID', parameters: [], value: uid }], components: [] },
      ],
    },
  ]);
