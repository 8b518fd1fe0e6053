// What the service answers, as far as the page reads it. The contract itself is openapi.json; a test holds the two together.

/** Integer euro cents. */
export type Cents = number;
/** A Berlin calendar day, `yyyy-MM-dd`. */
export type Day = string;
export type Period = { from: Day; to: Day };

export type Account = { language: "de" | "en"; period: Period; endsOn: Day | null; status: "active" | "ended" };
export type PlanOffer = { plan: string; name: string; monthlyNetCents: Cents; action: "downgrade" | "current" | "upgrade" };
export type AddOnOffer = { addOn: string; name: string; unit: string; monthlyNetCents: Cents };
export type PaymentMethod = { kind: "card" | "sepa_debit"; label: string; expires: string | null };
export type BookingStatus = "active" | "cancelled" | "ended" | "withdrawn";
export type Booking = {
  id: string; label: string; quantity: number; monthlyNetCents: Cents; billedThrough: Day; status: BookingStatus; endsOn: Day | null;
  withdrawableThrough: Day;
};

export type InvoiceStatus = "draft" | "open" | "paid" | "void";
export type PaymentState =
  | "none" | "processing" | "action_required" | "failed" | "succeeded" | "returned" | "disputed"
  | "refund_pending" | "refund_failed" | "partially_refunded" | "refunded";
export type InvoiceSummary = {
  id: string; number: string | null; kind: "invoice" | "collective" | "credit_note"; date: Day; dueOn: Day | null; status: InvoiceStatus;
  payment: PaymentState; netCents: Cents; vatCents: Cents; grossCents: Cents; amountDueCents: Cents; isFullCorrection: boolean;
};
export type Line = {
  kind: "plan" | "plan_credit" | "add_on" | "downgrade_fee"; description: string; quantity: number; unitNetCents: Cents; from: Day; to: Day;
  days: number; periodDays: number; netCents: Cents;
};
export type Tax = { ratePercent: number; vatCents: Cents };
export type Address = { line1: string; line2: string | null; postalCode: string; city: string; country: string };
export type Party = { name: string; address: Address; vatId: string | null };
export type Invoice = InvoiceSummary & {
  lines: Line[]; taxes: Tax[]; buyer: Party; notes: string[]; paidCents: Cents; creditedCents: Cents;
};
export type Invoices = { invoices: InvoiceSummary[]; nextCursor: string | null };

export type Access = { state: "active" | "warned" | "suspended"; reason: "overdue" | "payment_method_missing" | "subscription_ended" | null; suspendsOn: Day | null };
export type Overview = {
  account: Account; today: Day; plan: string; period: Period; plans: PlanOffer[]; paymentMethod: PaymentMethod | null; addOnOffers: AddOnOffer[];
  addOns: Booking[]; invoices: InvoiceSummary[]; nextCursor: string | null; amountDueCents: Cents; collectableCents: Cents; downgradeFeeNetCents: Cents;
  access: Access;
};

/** Of a plan change or a booking. */
export type OrderPreview = {
  kind: "upgrade" | "downgrade" | "add_on"; effectiveOn: Day; lines: Line[]; netCents: Cents; vatCents: Cents; grossCents: Cents;
  billing: "invoice_now" | "collective_invoice"; paidAutomatically: boolean; notice?: string;
  nextRenewal: { on: Day; netCents: Cents; grossCents: Cents } | null; notRefunded?: string; confirmation: string;
};
/** Of the end of a booking or of the subscription. */
export type EndPreview = { kind: "withdrawal" | "cancellation"; endsOn: Day; refundGrossCents: Cents; takenBackNetCents: Cents; notice: string; confirmation: string };
export type Preview = OrderPreview | EndPreview;

export type PlanChanged = { plan: string };
export type Problem = { type: string; title: string; status: number; code: string; detail?: string; errors?: Record<string, string[]>; preview?: Preview };
