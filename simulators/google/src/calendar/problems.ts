/**
 * What Calendar refuses, with its reason. https://developers.google.com/workspace/calendar/api/guides/errors
 * The routes make the API's errors of it, so that this folder's rules don't know how errors travel.
 */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export const invalid = (message = 'Invalid Value') => new Refusal(400, 'invalid', message);
export const required = (message = 'Required') => new Refusal(400, 'required', message);
export const notFound = () => new Refusal(404, 'notFound', 'Not Found');
export const duplicate = () => new Refusal(409, 'duplicate', 'The requested identifier already exists.');
export const deleted = () => new Refusal(410, 'deleted', 'Resource has been deleted');
export const forbidden = (message = 'Forbidden') => new Refusal(403, 'forbidden', message);
export const accessDenied = () =>
  new Refusal(403, 'requiredAccessLevel', 'You need to have writer access to this calendar.');
export const conditionNotMet = () => new Refusal(412, 'conditionNotMet', 'Precondition Failed');
