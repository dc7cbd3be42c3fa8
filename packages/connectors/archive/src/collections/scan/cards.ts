import { type FileLine, markerOf, propertyOf } from './lines.ts';
import type { Range, Scan, Scanned, ScannedObject } from './scanned.ts';

interface Open {
  readonly start: number;
  readonly line: number;
  depth: number;
  uid: string | undefined;
  problem: { line: number; what: string } | undefined;
  /** The line before was `AGENT:`, whose card stands within this one (vCard 2.1). */
  isAgent: boolean;
  /** A quoted-printable value goes on in the next line. */
  isSoft: boolean;
}

/** Finds the cards of a .vcf file. What is broken breaks its own card and no other. */
export class CardScan implements Scan {
  readonly #objects: ScannedObject[] = [];
  #open: Open | undefined;
  #stray: { range: Range; line: number } | undefined;
  #end = 0;
  #hasCards = false;

  line(line: FileLine): void {
    this.#end = line.end;
    const open = this.#open;
    if (line.text.trim() === '') return;
    const marker = markerOf(line.text);
    const isCard = marker?.name === 'VCARD';
    if (open === undefined) {
      if (isCard && marker.begins) this.#begin(line);
      else {
        const range = { start: this.#stray?.range.start ?? line.start, end: line.end };
        this.#stray = { range, line: this.#stray?.line ?? line.number };
      }
      return;
    }
    const { isAgent, isSoft } = open;
    open.isAgent = false;
    if (isCard && marker.begins) {
      if (isAgent || open.depth > 1) open.depth += 1;
      else {
        this.#close(open, line.start, { line: open.line, what: 'VCARD is not closed' });
        this.#begin(line);
      }
      return;
    }
    if (isCard) {
      open.depth -= 1;
      if (open.depth === 0) this.#close(open, line.end);
      return;
    }
    open.isSoft = line.text.endsWith('=') && (isSoft || /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(line.text));
    if (isSoft) return;
    const property = propertyOf(line.text);
    if (property === undefined) open.problem ??= { line: line.number, what: 'this is no content line (NAME:value)' };
    else if (property.name === 'AGENT') open.isAgent = property.value.trim() === '';
    else if (property.name === 'UID' && open.depth === 1) open.uid ??= property.value.trim() || undefined;
  }

  end(): Scanned {
    if (this.#open !== undefined)
      this.#close(this.#open, this.#end, { line: this.#open.line, what: 'VCARD is not closed: the file is cut off' });
    if (this.#stray !== undefined)
      this.#push(this.#stray.range, this.#stray.line, undefined, {
        line: this.#stray.line,
        what: 'there is text outside of any card',
      });
    return { objects: this.#objects, isForeign: !this.#hasCards };
  }

  #begin(line: FileLine): void {
    this.#hasCards = true;
    this.#open = {
      start: line.start,
      line: line.number,
      depth: 1,
      uid: undefined,
      problem: undefined,
      isAgent: false,
      isSoft: false,
    };
  }

  #close(open: Open, end: number, problem = open.problem): void {
    this.#open = undefined;
    this.#push({ start: open.start, end }, open.line, open.uid, problem);
  }

  #push(range: Range, line: number, uid: string | undefined, problem: ScannedObject['problem']): void {
    this.#objects.push({
      kind: 'contact',
      uid,
      line,
      parts: [range],
      own: [range],
      ...(problem === undefined ? {} : { problem }),
    });
  }
}
