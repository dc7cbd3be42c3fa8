import { GoogleError } from '../http/errors.ts';

/** What Calendar refuses, with its reasons. https://developers.google.com/workspace/calendar/api/guides/errors */
export const invalid = (message = 'Invalid Value') => new GoogleError(400, 'invalid', message);
export const required = (message = 'Required') => new GoogleError(400, 'required', message);
export const notFound = () => new GoogleError(404, 'notFound', 'Not Found');
export const duplicate = () => new GoogleError(409, 'duplicate', 'The requested identifier already exists.');
export const deleted = () => new GoogleError(410, 'deleted', 'Resource has been deleted');
export const forbidden = (message = 'Forbidden') => new GoogleError(403, 'forbidden', message);
export const accessDenied = () =>
  new GoogleError(403, 'requiredAccessLevel', 'You need to have writer access to this calendar.', {
    domain: 'calendar',
  });
export const conditionNotMet = () => new GoogleError(412, 'conditionNotMet', 'Precondition Failed');
