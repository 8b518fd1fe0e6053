/** @import { BookingStatus, InvoiceStatus, PaymentState } from "./contract.js" */

/** Every word of the page, as the help page has it. */
export const german = {
  loading: "Ihre Paket- und Rechnungsdaten werden geladen …",
  retry: "Erneut versuchen",
  close: "Schließen",
  abort: "Abbrechen",
  working: "Bitte warten …",
  plusVat: "zzgl. USt.",
  hide: "Meldung ausblenden",
  failed: "Diese Seite konnte nicht geladen werden.",
  connectionLost: "Keine Verbindung zum Server. Bitte prüfen Sie Ihre Internetverbindung.",
  orderUncertain: "Die Verbindung ist abgebrochen, bevor eine Bestätigung ankam. Versuchen Sie es erneut: Es wird nichts doppelt gebucht.",
  unforeseen: "Der Server hat unerwartet geantwortet. Bitte versuchen Sie es später noch einmal.",
  outdated: "Die Anzeige ist möglicherweise nicht mehr aktuell.",
  signedOut: "Ihre Anmeldung ist abgelaufen. Bitte melden Sie sich erneut an.",
  forbidden: "Kein Zugriff auf „Paket & Rechnungen“",
  forbiddenWhy: "Nur der Hauptnutzer oder ein Super-Admin Ihres Unternehmens kann Paket, Zahlungsmittel und Rechnungen verwalten.",

  billing: {
    title: "So funktioniert unsere Abrechnung",
    /** @param {string} period */
    period: (period) => `Aktueller Abrechnungszeitraum: ${period}`,
    /** @param {string} fee @returns {[title: string, text: string][]} */
    points: (fee) => [
      ["Monatlich im Voraus", "Ihr Paket wird zu Beginn jedes Abrechnungszyklus für einen Monat berechnet. Alle Preise verstehen sich zzgl. USt."],
      ["Upgrade", "Sofort freigeschaltet. Die Differenz wird tagesgenau berechnet, Ihr ungenutztes Restguthaben abgezogen."],
      ["Downgrade", `Jederzeit möglich. Es fällt eine einmalige technische Bearbeitungspauschale von ${fee} (netto) an.`],
      ["Zusatzoptionen", "Sofort verfügbar. Anteilige Beträge sammeln wir als Entwurf und buchen sie mit der nächsten Sammelrechnung ab."],
    ],
  },

  access: {
    warned: "Ihr Zugang wird bald gesperrt",
    suspended: "Ihr Zugang ist gesperrt",
    ended: "Ihr Abonnement ist beendet",
    /** @param {string} day */
    warnedOverdue: (day) => `Mindestens eine Rechnung ist überfällig. Bitte bezahlen Sie sie, sonst wird Ihr Zugang am ${day} automatisch gesperrt.`,
    /** @param {string} day */
    warnedMethod: (day) => `Es ist kein Zahlungsmittel hinterlegt. Bitte hinterlegen Sie eines, sonst wird Ihr Zugang am ${day} automatisch gesperrt.`,
    suspendedOverdue: "Mindestens eine Rechnung ist überfällig. Sobald alles bezahlt und ein Zahlungsmittel hinterlegt ist, wird die Sperre sofort aufgehoben.",
    suspendedMethod: "Es ist kein Zahlungsmittel hinterlegt. Sobald Sie eines hinterlegen und nichts überfällig ist, wird die Sperre sofort aufgehoben.",
    suspendedKeeps: "Rechnungen ansehen und bezahlen, widerrufen und kündigen können Sie weiterhin.",
    endedWhy: "Ihre Rechnungen bleiben hier verfügbar. Offene Rechnungen können Sie weiterhin bezahlen. Möchten Sie CloudCRM wieder nutzen, wenden Sie sich bitte an uns.",
    /** @param {string} amount */
    due: (amount) => `Offener Betrag: ${amount}`,
    payOpen: "Offene Rechnung ansehen",
    /** @param {string} day */
    cancelled: (day) => `Ihr Abonnement ist zum ${day} gekündigt`,
    cancelledWhy: "Bis dahin können Sie alles weiter nutzen und die Kündigung zurücknehmen.",
  },

  plans: {
    title: "Aktuelles Paket",
    perMonth: "/ Monat",
    choose: "Tarif wählen",
    downgrade: "Downgrade",
    current: "Bereits aktiv",
    cancel: "Abonnement kündigen",
    keep: "Kündigung zurücknehmen",
    /** @param {string} plan */
    of: (plan) => `zu ${plan}`,
  },

  payment: {
    title: "Zahlungsmittel & Abrechnung",
    automatic: "Automatische Abrechnung (Stripe)",
    text: "Hinterlegen Sie sicher eine Kreditkarte oder IBAN (SEPA-Lastschrift), um Ihre monatliche CloudCRM-Rechnung bequem automatisch begleichen zu lassen.",
    add: "Zahlungsmittel hinterlegen",
    manage: "Zahlungsmittel verwalten",
    missing: "Bitte hinterlegen Sie noch ein Zahlungsmittel, damit Ihre monatliche Abrechnung reibungslos erfolgen kann.",
    lock: "Hinweis: Ein fehlendes Zahlungsmittel oder das unbefugte Entfernen bei einem aktiven Abonnement kann zur automatischen Sperrung Ihres Zugangs führen.",
    /** @param {string} amount */
    chargesOpen: (amount) => `Sobald Sie ein Zahlungsmittel hinterlegen, wird der offene Betrag von ${amount} damit eingezogen.`,
    /** @param {string} amount */
    chargesOpenAnew: (amount) => `Sobald Sie ein anderes Zahlungsmittel hinterlegen, wird der offene Betrag von ${amount} damit eingezogen.`,
    onFile: "Hinterlegt",
    kinds: { card: "Kreditkarte", sepa_debit: "SEPA-Lastschrift" },
    /** @param {string} month */
    expires: (month) => `gültig bis ${month}`,
    leaving: "Sie werden zu Stripe weitergeleitet …",
  },

  addOns: {
    title: "Zusatzoptionen (Add-ons)",
    text: "Erweitern Sie Ihr CRM flexibel nach Ihren Bedürfnissen. Zusatzoptionen sind monatlich kündbar.",
    descriptions: /** @type {Record<string, string>} */ ({
      users: "Ihr Team wächst? Buchen Sie weitere Lizenzen.",
      storage: "Mehr Platz für Dokumente und E-Mails.",
    }),
    quantity: "Anzahl",
    wrongQuantity: "Bitte geben Sie eine ganze Zahl von 1 bis 10.000 ein.",
    add: "+ Hinzufügen",
    yours: "Ihre Zusatzoptionen",
    /** @param {string} label @param {string} amount */
    priced: (label, amount) => `${label}: ${amount} / Monat zzgl. USt.`,
    none: "Sie haben noch keine Zusatzoptionen gebucht.",
    option: "Option",
    price: "Preis",
    billedThrough: "Abgerechnet bis",
    status: "Status / Aktion",
    withdrawHint: "Hinweis zum Widerruf: Kündigen Sie eine neu gebuchte Zusatzoption innerhalb von 14 Tagen, greift das gesetzliche Widerrufsrecht. Die Option wird sofort storniert und der Betrag wird von Ihrer anstehenden Sammelrechnung gelöscht.",
    cancel: "Kündigen",
    withdraw: "Widerrufen",
    keep: "Kündigung zurücknehmen",
    /** @param {string} day */
    withdrawable: (day) => `Widerruf bis ${day}`,
    /** @type {Record<BookingStatus, (day: string) => string>} */
    states: {
      active: () => "Aktiv",
      cancelled: (day) => `Kündigung zum ${day}`,
      ended: (day) => `Beendet zum ${day}`,
      withdrawn: () => "Widerrufen",
    },
  },

  invoices: {
    title: "Rechnungsverlauf",
    none: "Es gibt noch keine Rechnungen.",
    number: "Beleg-Nr.",
    date: "Datum",
    net: "Netto",
    vat: "USt.",
    amount: "Betrag",
    status: "Status",
    action: "Aktion",
    showNet: "Netto und USt. anzeigen",
    draft: "ENTWURF",
    kinds: { invoice: "", collective: "Sammelrechnung", credit_note: "Rechnungskorrektur" },
    fullCorrection: "Stornorechnung",
    open: "PDF / Details",
    more: "Weitere anzeigen",
    upcoming: "Nächste Rechnung ansehen",
    /** @param {string} day */
    dueOn: (day) => `fällig am ${day}`,
    /** @param {string} day */
    overdueSince: (day) => `überfällig seit ${day}`,
    /** @type {Record<InvoiceStatus, string>} */
    states: { draft: "In Vorbereitung", open: "Offen", paid: "Bezahlt", void: "Storniert" },
    /** @type {Record<PaymentState, string>} */
    payments: {
      none: "",
      processing: "Zahlung in Bearbeitung",
      action_required: "Bestätigung durch Sie nötig",
      failed: "Zahlung fehlgeschlagen",
      succeeded: "",
      returned: "Lastschrift zurückgegeben",
      disputed: "Zahlung bestritten",
      refund_pending: "Erstattung in Bearbeitung",
      refund_failed: "Erstattung fehlgeschlagen",
      partially_refunded: "Teilweise erstattet",
      refunded: "Erstattet",
    },
  },

  viewer: {
    name: "CloudCRM Dokumenten-Viewer",
    /** @param {string} number */
    title: (number) => `Beleg ${number}`,
    draftTitle: "Entwurf der Sammelrechnung",
    upcomingTitle: "Nächste Rechnung",
    draftHint: "Dies ist keine fertige Rechnung, sondern ein Entwurf. Hier sammeln wir laufende Zubuchungen (Add-ons) bis zum Stichtag.",
    /** @param {string} day */
    upcomingHint: (day) => `So würde die Rechnung am ${day} nach jetzigem Stand aussehen. Sie ist noch nicht ausgestellt.`,
    voidHint: "Storniert: Diese Rechnung ist ungültig.",
    loading: "Der Beleg wird geladen …",
    print: "Drucken",
    download: "Downloaden",
    xml: "E-Rechnung (XML)",
    pay: "Jetzt bezahlen",
    payHint: "Sie bezahlen sicher über Stripe. Das Zahlungsmittel wird auch für künftige Rechnungen hinterlegt.",
    /** @param {string} amount */
    payChargesOthers: (amount) => `Mit dem verwendeten Zahlungsmittel wird auch eingezogen, was von Ihren anderen Rechnungen offen ist: ${amount}.`,
    actionHint: "Ihre Bank möchte diese Zahlung von Ihnen bestätigt haben. Bitte klicken Sie auf „Jetzt bezahlen“.",
    processingHint: "Ihre Zahlung ist unterwegs. Eine SEPA-Lastschrift braucht einige Bankarbeitstage; Sie müssen nichts weiter tun.",
    pdf: "PDF-Ansicht",
    pdfLoading: "PDF wird geladen …",
    pdfMissing: "Das PDF kann gerade nicht geladen werden. Alle Angaben des Belegs sehen Sie hier.",
    pdfNotShown: "Ihr Browser zeigt PDF-Dateien nicht im Fenster an. Alle Angaben stehen hier; das PDF erhalten Sie über „Downloaden“.",
    details: "Details",
    date: "Datum",
    due: "Zahlbar bis",
    status: "Status",
    recipient: "Empfänger",
    lines: "Positionen",
    paid: "Bezahlt",
    credited: "Durch Korrektur gemindert",
    refunded: "Erstattet",
    amountDue: "Noch zu zahlen",
  },

  figures: {
    description: "Leistung",
    service: "Leistungszeitraum",
    net: "Netto",
    /** @param {string} quantity @param {string} price */
    pieces: (quantity, price) => `${quantity} × ${price}`,
    /** @param {number} days @param {number} of */
    days: (days, of) => `${days} von ${of} Tagen`,
    sum: "Summe netto",
    vat: "USt.",
    /** @param {number} percent */
    vatOf: (percent) => `USt. ${percent} %`,
    total: "Gesamtbetrag",
  },

  order: {
    upgrade: { title: "Upgrade bestätigen", button: "Zahlungspflichtig upgraden" },
    downgrade: { title: "Downgrade bestätigen", button: "Zahlungspflichtig downgraden" },
    add_on: { title: "Zusatzoption bestätigen", button: "Zahlungspflichtig buchen" },
    /** @param {string} from @param {string} to */
    change: (from, to) => `Von ${from} zu ${to}`,
    loading: "Die genauen Beträge werden berechnet …",
    stale: "Die Vorschau war nicht mehr aktuell. Bitte prüfen Sie die neuen Beträge.",
    now: "Jetzt",
    at: "Gilt ab",
    immediately: "sofort",
    /** @param {string} amount @param {string} method */
    charged: (amount, method) => `${amount} werden sofort mit ${method} eingezogen.`,
    /** @param {string} amount */
    invoiced: (amount) => `Sie erhalten eine Rechnung über ${amount}, zahlbar innerhalb von 14 Tagen.`,
    collected: "Jetzt wird nichts abgebucht. Der anteilige Betrag kommt auf Ihre Sammelrechnung (Entwurf).",
    next: "Nächste Abrechnung",
    /** @param {string} day @param {string} gross @param {string} net */
    renewal: (day, gross, net) => `Am ${day}: ${gross} (${net} zzgl. USt.), Ihre gesamte nächste Rechnung nach jetzigem Stand.`,
    noRenewal: "Es folgt keine weitere Abrechnung.",
    notRefunded: "Keine Erstattung",
    fee: "Wichtiger Hinweis",
    withdrawal: "Widerruf",
    done: {
      /** @param {string} plan */
      upgrade: (plan) => `Upgrade durchgeführt: ${plan} ist jetzt aktiv.`,
      /** @param {string} plan */
      downgrade: (plan) => `Downgrade durchgeführt: ${plan} ist jetzt aktiv.`,
      /** @param {string} label */
      add_on: (label) => `${label} wurde gebucht und steht Ihnen sofort zur Verfügung.`,
    },
  },

  end: {
    cancellation: { title: "Zusatzoption kündigen", button: "Jetzt kündigen" },
    withdrawal: { title: "Zusatzoption widerrufen", button: "Jetzt widerrufen" },
    loading: "Wir prüfen, ob der Widerruf noch möglich ist …",
    activeUntil: "Aktiv bis",
    takenBack: "Wird storniert",
    refund: "Rechnungskorrektur",
    endsNow: "Ende",
    /** @param {string} label */
    withdrawn: (label) => `${label} wurde widerrufen.`,
    /** @param {string} label @param {string} day */
    cancelled: (label, day) => `${label}: Kündigung zum ${day}.`,
    /** @param {string} label */
    kept: (label) => `${label}: Die Kündigung wurde zurückgenommen.`,
    freeOfCharge: "Die Kündigung kostet nichts.",
  },

  subscription: {
    title: "Abonnement kündigen",
    button: "Jetzt kündigen",
    loading: "Das Ende Ihres Abonnements wird ermittelt …",
    endsOn: "Letzter Tag",
    /** @param {string} day */
    cancelled: (day) => `Ihr Abonnement ist zum ${day} gekündigt.`,
    kept: "Die Kündigung wurde zurückgenommen. Ihr Abonnement läuft weiter.",
  },

  returned: {
    checking: "Wir prüfen das Ergebnis bei Stripe …",
    /** @param {string} method */
    methodStored: (method) => `Zahlungsmittel hinterlegt: ${method}.`,
    /** @param {string} method */
    methodIs: (method) => `Ihr Zahlungsmittel: ${method}.`,
    methodAwaited: "Ihr Zahlungsmittel wird noch bestätigt und erscheint in Kürze hier.",
    methodNone: "Es ist kein Zahlungsmittel hinterlegt.",
    /** @param {string} number */
    paid: (number) => `Vielen Dank! ${number} ist bezahlt.`,
    /** @param {string} number */
    processing: (number) => `Vielen Dank! Die Zahlung zu ${number} ist in Bearbeitung.`,
    /** @param {string} number */
    awaited: (number) => `Ihre Zahlung zu ${number} wird noch bestätigt. Das Ergebnis erscheint in Kürze hier.`,
    /** @param {string} number */
    unpaid: (number) => `${number} ist noch offen: Die Zahlung wurde nicht abgeschlossen.`,
  },
};

/** @typedef {typeof german} Words */
