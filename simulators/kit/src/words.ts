/** Sentences, subjects and names that a sample mailbox is made of: several scripts, and what breaks naive programs. */
export const SUBJECTS = [
  'Quarterly figures',
  'Lunch on Thursday?',
  'Angebot Nr. 4711 – Übersicht',
  'Réunion d’équipe, ordre du jour',
  '会議の議事録',
  'Отчёт за квартал',
  '🎉 Release 2.0 is out 🎉',
  'اجتماع الفريق',
  'FW: [External] Invoice 2024-0815',
  '',
  ` ${'a very long subject that goes on '.repeat(9)}`.trim(),
  'Tabs\tand  double  spaces',
];

export const SENTENCES = [
  'Please find the numbers attached.',
  'Could you look at this before Friday?',
  'Viele Grüße aus Zürich.',
  'Merci d’avance pour votre retour.',
  'よろしくお願いいたします。',
  'The meeting is moved to room 4.',
  '.A line that begins with a dot.',
  'From the beginning of a line, as mbox fears it.',
];
