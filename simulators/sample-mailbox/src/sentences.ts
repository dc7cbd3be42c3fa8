/** Business mail in the languages a European company writes in. All of it written for this sample. */
export interface Language {
  readonly code: string;
  readonly greetings: readonly string[];
  readonly subjects: readonly string[];
  readonly sentences: readonly string[];
  readonly closings: readonly string[];
}

export const LANGUAGES: readonly Language[] = [
  {
    code: 'en',
    greetings: ['Hello everyone,', 'Dear Ms Okafor,', 'Hi Tom,', 'Good morning,'],
    subjects: [
      'Cutover plan for the Lisbon office',
      'Draft minutes, steering committee',
      'Who has the key to room 4.12?',
      'Quarterly figures before Thursday',
      'Re: delivery note without an order number',
    ],
    sentences: [
      'The new floor plan is attached; the printers move on Friday after lunch.',
      'Could you check whether the second invoice already contains the freight costs?',
      'We agreed to freeze the shared calendar from six in the evening until the migration is done.',
      'Nobody from the warehouse has answered yet, so I will call them again tomorrow.',
      'Please do not reply to the old address, it will be switched off at the end of the month.',
      'I have put the signed contract into the folder and told accounting about the discount.',
      'If the forecast holds we will need three more pallets by the middle of next week.',
      'Her flight lands at half past nine, which leaves us just enough time for the site visit.',
    ],
    closings: ['Kind regards', 'Best wishes', 'Thanks a lot'],
  },
  {
    code: 'de',
    greetings: ['Sehr geehrte Damen und Herren,', 'Liebe Kolleginnen und Kollegen,', 'Hallo Jürgen,'],
    subjects: [
      'Rückfrage zur Rechnung über die Kühlanlage',
      'Terminänderung: Begehung erst am Nachmittag',
      'Protokoll der Jahreshauptversammlung',
      'Schlüsselübergabe für das Büro in Görlitz',
    ],
    sentences: [
      'die Begehung verschiebt sich um zwei Stunden, weil der Prüfer im Stau steht.',
      'Für die größeren Räume brauchen wir zusätzliche Steckdosenleisten und längere Kabel.',
      'Im Anhang finden Sie das überarbeitete Angebot einschließlich der Gebühren für die Entsorgung.',
      'Könnten Sie bitte prüfen, ob die Überweisung vom Zwölften schon eingegangen ist?',
      'Die Schlüssel liegen beim Pförtner, er weiß Bescheid.',
      'Während der Umstellung bleiben alle alten Ordner lesbar, nur verschoben wird nichts mehr.',
    ],
    closings: ['Mit freundlichen Grüßen', 'Viele Grüße aus Köln', 'Herzliche Grüße'],
  },
  {
    code: 'fr',
    greetings: ['Bonjour à tous,', 'Chère Hélène,', 'Madame, Monsieur,'],
    subjects: ['Réservation de la salle côté cour', 'Devis corrigé, à valider', 'Congés d’été : dernier rappel'],
    sentences: [
      'La réunion commencera un quart d’heure plus tard à cause de la grève des trains.',
      'Le devis corrigé tient compte de la remise accordée l’année dernière.',
      'Merci de vérifier que les pièces jointes s’ouvrent bien sur votre téléphone.',
      'Nous avons reçu deux fois le même bon de commande, lequel faut-il garder ?',
      'Le café de l’accueil sera fermé pendant les travaux.',
    ],
    closings: ['Bien cordialement', 'À très bientôt', 'Bien à vous'],
  },
  {
    code: 'es',
    greetings: ['Buenos días,', 'Estimada señora Núñez:', 'Hola, Íñigo:'],
    subjects: ['Cambio de horario del almacén', '¿Quién revisa el albarán?', 'Resumen de la reunión del martes'],
    sentences: [
      'El camión llegará mañana por la mañana, así que conviene despejar el muelle pequeño.',
      'Adjunto la versión firmada; falta únicamente el sello de la compañía.',
      '¿Podrías confirmar cuántas sillas necesitamos para la presentación?',
      'El técnico vendrá el jueves para cambiar la cerradura del archivo.',
    ],
    closings: ['Un cordial saludo', 'Saludos desde Cádiz', 'Gracias de antemano'],
  },
  {
    code: 'pl',
    greetings: ['Dzień dobry,', 'Szanowni Państwo,', 'Cześć Łukaszu,'],
    subjects: ['Zamówienie części zamiennych', 'Przesunięty termin odbioru', 'Pytanie o umowę najmu'],
    sentences: [
      'W załączeniu przesyłam poprawioną umowę, proszę zwrócić uwagę na trzeci paragraf.',
      'Dostawa opóźni się o dwa dni, ponieważ magazyn czeka na odprawę celną.',
      'Czy możemy spotkać się w środę zamiast w piątek?',
      'Wszystkie faktury z zeszłego kwartału są już w nowym katalogu.',
    ],
    closings: ['Z poważaniem', 'Pozdrawiam serdecznie'],
  },
  {
    code: 'ru',
    greetings: ['Добрый день!', 'Уважаемые коллеги,'],
    subjects: ['Список гостей на четверг', 'Акт приёмки, вторая версия'],
    sentences: [
      'Посылаю исправленный список гостей, пропуска будут готовы к обеду.',
      'Просим подтвердить получение образцов до конца недели.',
      'Курьер оставил документы на ресепшене второго корпуса.',
    ],
    closings: ['С уважением', 'Всего доброго'],
  },
  {
    code: 'zh',
    greetings: ['各位同事：', '王经理，您好！'],
    subjects: ['下周会议安排', '报价单已更新'],
    sentences: [
      '新的报价单已经放在共享文件夹里，请查收。',
      '工厂的参观改到星期四下午两点。',
      '如有任何问题，请随时与我联系。',
    ],
    closings: ['此致敬礼', '祝工作顺利'],
  },
];

export const PEOPLE: readonly { readonly name: string; readonly address: string }[] = [
  { name: 'Adaeze Okafor', address: 'adaeze.okafor@harbour-freight.example' },
  { name: 'Jürgen Weiß', address: 'juergen.weiss@kuehlwerk.example' },
  { name: 'Hélène Prévôt', address: 'helene@atelier-prevot.example' },
  { name: 'Íñigo Núñez', address: 'inigo.nunez@puerto.example' },
  { name: 'Łukasz Wójcik', address: 'l.wojcik@czesci.example' },
  { name: 'Наталья Белова', address: 'n.belova@gorod.example' },
  { name: '王小明', address: 'wang.xm@huanan.example' },
  { name: 'Tom Ashby', address: 'tom@ashby-and-daughters.example' },
  { name: 'Facilities', address: 'facilities@tern.example' },
  { name: 'Mira van den Berg, Legal', address: 'mira.vandenberg@tern.example' },
];

export const OWNER = { name: 'Ines Köhler', address: 'ines.koehler@tern.example' };
