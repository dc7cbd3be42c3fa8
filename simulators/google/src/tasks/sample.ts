import type { Random } from '@sterna/simulator-kit';
import type { TaskStore } from './store.ts';

const TITLES = ['Pay invoice', 'Blumen gießen', 'Appeler Chloé', '買い物', 'Позвонить', '🎂 Cake', 'Buy milk'];

/** A person's tasks: the awkward ones first, then `count` ordinary ones. */
export function fillTasks(store: TaskStore, random: Random, count: number): void {
  const main = store.defaultList;
  const plain = { title: '', notes: '', status: 'needsAction', due: undefined, completed: undefined } as const;
  const top = { parent: undefined, previous: undefined };
  const add = (
    list: typeof main,
    fields: Partial<Parameters<TaskStore['addTask']>[1]>,
    place: { parent?: string; previous?: string } = {},
  ) => store.addTask(list, { ...plain, ...fields }, { ...top, ...place });

  const move = add(main, { title: 'Move to the new office', notes: 'Two lines\nand “quotes”', due: '2026-09-30' });
  const boxes = add(main, { title: 'Pack boxes', due: '2026-09-28' }, { parent: move.id });
  add(
    main,
    { title: 'Label them', status: 'completed', completed: Date.UTC(2026, 8, 2, 9, 30) },
    { parent: move.id, previous: boxes.id },
  );
  add(main, { title: '' });
  add(main, { title: 'Two of a kind' });
  add(main, { title: 'Two of a kind' });
  add(main, { title: 'Leap day', due: '2028-02-29' });
  add(main, { title: 'Done and cleared', status: 'completed', completed: Date.UTC(2026, 7, 20, 18), hidden: true });
  add(main, {
    title: 'Answer this mail',
    links: [{ type: 'email', description: 'Offer', link: 'https://mail.google.com/mail/#all/18c0ffee' }],
  });
  store.removeTask(add(main, { title: 'Deleted' }));
  const shopping = store.addList('Einkauf / 買い物');
  add(shopping, { title: 'Milk' });
  store.addList('Empty list');
  for (let at = 0; at < count; at++) {
    const done = random.next() < 0.3;
    add(random.next() < 0.8 ? main : shopping, {
      title: random.pick(TITLES),
      notes: random.pick(['', '', 'See the wiki: https://wiki.example/a?b=c&d=ü']),
      status: done ? 'completed' : 'needsAction',
      completed: done ? Date.UTC(2026, 7, random.integer(1, 28), 12) : undefined,
      due: random.next() < 0.5 ? `2026-10-${String(random.integer(1, 28)).padStart(2, '0')}` : undefined,
    });
  }
}
