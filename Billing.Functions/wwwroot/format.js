/** @import { Cents, Day, Period } from "./contract.js" */

/** How figures and days are written in a language. */
export class Format {
  /** @param {"de" | "en"} language */
  constructor(language) {
    this.german = language === "de";
  }

  /** Cents as `1.234,56 €`, in English `€1,234.56`; a negative amount with a real minus. @param {Cents} cents */
  euros(cents) {
    const [whole, rest] = [this.whole(Math.floor(Math.abs(cents) / 100)), String(Math.abs(cents) % 100).padStart(2, "0")];
    const sign = cents < 0 ? "−" : "";
    return this.german ? `${sign}${whole},${rest}\u00a0€` : `${sign}€${whole}.${rest}`;
  }

  /** `2026-05-06` as `06.05.2026`, in English `6 May 2026`. @param {Day} day */
  day(day) {
    const [year, month, date] = day.split("-");
    if (this.german) return `${date}.${month}.${year}`;
    return `${Number(date)}\u00a0${MONTHS[Number(month) - 1]}\u00a0${year}`;
  }

  /** Both days included. @param {Period} period */
  period(period) {
    return period.from === period.to ? this.day(period.from) : `${this.day(period.from)} – ${this.day(period.to)}`;
  }

  /** @param {number} number */
  whole(number) {
    return String(number).replace(/\B(?=(\d{3})+$)/g, this.german ? "." : ",");
  }

  /** `2030-12` as `12/2030`. @param {string} month */
  expiry(month) {
    return month.split("-").reverse().join("/");
  }
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
